# @summary Roles, service users and the catalogue of all services of the cluster.
#
# The first controller makes them; on the others the same answers come from the same data base.
#
# @param roles
#   Roles that exist beside those that Keystone makes itself and those of service users.
# @param project
#   Project of the service users.
class ocinstaller::profile::keystone::identities (
  Array[String[1]] $roles   = ['creator', 'heat_stack_user', 'SwiftOperator', 'ResellerAdmin'],
  String[1]        $project = 'services',
) {
  include ocinstaller::programs

  $program = '/usr/local/lib/oci/identity.py'
  $wanted_file = '/etc/keystone/oci-identities.json'

  $users = $ocinstaller::users.reduce({}) |$known, $pair| {
    $known + {
      $pair[0] => {
        'password' => ocinstaller::secret($pair[1]['secret']).unwrap,
        'roles'    => $pair[1]['roles'],
      }
    }
  }
  # Users of stacks live apart from all others, where heat rules.
  $domains = 'heat-engine' in $ocinstaller::services ? {
    true    => {
      'heat' => { 'user' => 'heat_domain_admin', 'password' => ocinstaller::secret('heat_domain_admin').unwrap },
    },
    default => {},
  }
  $catalogue = $ocinstaller::apis.reduce([]) |$known, $pair| {
    $known + $pair[1]['catalogue'].map |$entry| {
      {
        'type' => $entry['type'],
        'name' => $entry['name'],
        'url'  => ocinstaller::api_url($pair[0], $entry['path']),
      }
    }
  }
  $wanted = {
    'auth'      => {
      'url'      => ocinstaller::api_url('keystone', '/v3'),
      'ca_file'  => $ocinstaller::api_ca_file,
      'user'     => 'admin',
      'password' => ocinstaller::secret('keystone_admin').unwrap,
    },
    'region'    => $ocinstaller::region_name,
    'project'   => $project,
    'roles'     => $roles,
    'users'     => $users,
    'domains'   => $domains,
    'catalogue' => $catalogue,
  }

  file {
    default:
      owner => 'root',
      group => 'root',
      ;
    $program:
      ensure => file,
      mode   => '0755',
      source => 'puppet:///modules/ocinstaller/identity.py',
      ;
    $wanted_file:
      ensure    => file,
      mode      => '0600',
      backup    => false,
      show_diff => false,
      content   => Sensitive(stdlib::to_json_pretty($wanted)),
      require   => Anchor['keystone::install::end'],
      ;
  }
  -> exec { 'roles, service users and catalogue of Keystone':
    command   => [$program, $wanted_file],
    unless    => [[$program, '--check', $wanted_file]],
    timeout   => 300,
    logoutput => on_failure,
  }
}
