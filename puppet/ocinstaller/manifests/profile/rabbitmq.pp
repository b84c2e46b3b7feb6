# @summary The message queue, reached over TLS only.
#
# Users come from a definitions file with salted hashes, which the broker reads when it starts:
# rabbitmqctl would show passwords in the process list, and takes seconds for each of them.
#
# Each user has a virtual host of its own name and reaches no other.
class ocinstaller::profile::rabbitmq {
  $tls = '/etc/rabbitmq/oci'
  $users = $ocinstaller::message_users
  $hostname = $ocinstaller::machine_hostname
  $nodes = $ocinstaller::peers['rabbitmq'].map |$peer| { "rabbit@${peer['hostname']}" }
  $rejoin = '/usr/local/lib/oci/rabbitmq.py'

  include ocinstaller::programs

  $hashes = $users.map |$user, $secret| {
    [$user, ocinstaller::rabbitmq_password_hash($user, ocinstaller::secret($secret)).unwrap]
  }
  $definitions = {
    'vhosts'      => $users.keys.map |$user| { { 'name' => $user } },
    'users'       => $hashes.map |$pair| {
      {
        'name'              => $pair[0],
        'password_hash'     => $pair[1],
        'hashing_algorithm' => 'rabbit_password_hashing_sha256',
        'tags'              => [],
      }
    },
    'permissions' => $users.keys.map |$user| {
      { 'user' => $user, 'vhost' => $user, 'configure' => '.*', 'write' => '.*', 'read' => '.*' }
    },
  }

  ocinstaller::certificate { 'rabbitmq':
    directory => $tls,
    group     => 'rabbitmq',
  }

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'rabbitmq',
      mode   => '0640',
      ;
    '/etc/rabbitmq/rabbitmq.conf':
      content => epp('ocinstaller/rabbitmq.conf.epp', {
          'address' => $ocinstaller::machine_address,
          'tls'     => $tls,
          'cluster' => $ocinstaller::cluster_name,
          'nodes'   => $nodes,
      }),
      ;
    '/etc/rabbitmq/rabbitmq-env.conf':
      content => epp('ocinstaller/rabbitmq-env.conf.epp', { 'hostname' => $hostname }),
      ;
    '/etc/rabbitmq/advanced.config':
      content => epp('ocinstaller/rabbitmq-advanced.config.epp', { 'address' => $ocinstaller::machine_address }),
      ;
    '/etc/rabbitmq/oci-distribution.config':
      content => epp('ocinstaller/rabbitmq-distribution.config.epp', { 'tls' => $tls, 'ca_file' => $ocinstaller::ca_file }),
      ;
    $rejoin:
      group  => 'root',
      mode   => '0755',
      source => 'puppet:///modules/ocinstaller/rabbitmq.py',
      ;
    '/etc/rabbitmq/oci-definitions.json':
      content => Sensitive(stdlib::to_json_pretty($definitions)),
      ;
    '/var/lib/rabbitmq/.erlang.cookie':
      owner   => 'rabbitmq',
      mode    => '0400',
      backup  => false,
      content => ocinstaller::secret('rabbitmq_cookie'),
      ;
  }

  ocinstaller::service { 'rabbitmq-server':
    unit_settings => [
      join(["ExecStartPre=+${rejoin}", "rabbit@${hostname}", "/var/lib/rabbitmq/mnesia/rabbit@${hostname}"] + $nodes, ' '),
    ],
    restart_on    => [
      File['/etc/rabbitmq/rabbitmq.conf'],
      File['/etc/rabbitmq/rabbitmq-env.conf'],
      File['/etc/rabbitmq/advanced.config'],
      File['/etc/rabbitmq/oci-distribution.config'],
      File['/etc/rabbitmq/oci-definitions.json'],
      File['/var/lib/rabbitmq/.erlang.cookie'],
      Ocinstaller::Certificate['rabbitmq'],
    ],
  }
}
