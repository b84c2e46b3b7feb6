# @summary A service's tables: made and migrated by the first controller, waited for by the others.
#
# @param project
#   The OpenStack project: its user in the system and its module's anchors.
# @param package
#   Package whose version is the tables' version.
# @param commands
#   Commands that make and migrate the tables.
# @param statements
#   SQL statements that follow the commands.
# @param already
#   Exit codes of the commands that mean that nothing had to be done.
define ocinstaller::schema (
  String[1]                 $project,
  String[1]                 $package,
  Array[Array[String[1],1]] $commands,
  Array[String[1]]          $statements = [],
  Array[Integer]            $already    = [],
) {
  $credentials = "/etc/${project}/oci-${title}.cnf"

  file { $credentials:
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0600',
    backup  => false,
    content => Sensitive(epp('ocinstaller/database.cnf.epp', {
          'user'     => $title,
          'host'     => $ocinstaller::machine_hostname,
          'password' => ocinstaller::secret("${title}_db").unwrap,
          'ca_file'  => $ocinstaller::ca_file,
    })),
    require => Anchor["${project}::install::end"],
  }
  -> oci_schema { $title:
    credentials => $credentials,
    package     => $package,
    user        => $project,
    commands    => $commands,
    statements  => $statements,
    already     => $already,
    leader      => $ocinstaller::is_bootstrap,
    require     => Anchor["${project}::dbsync::begin"],
    before      => Anchor["${project}::dbsync::end"],
  }
}
