# @summary APIs, data base and message queue of a cluster with one controller.
#
# @param packages
#   Everything that the profiles below need, installed at once.
class ocinstaller::role::controller (
  Array[String[1], 1] $packages = [
    'curl',
    'haproxy',
    'keystone',
    'mariadb-client',
    'mariadb-server',
    'memcached',
    'python3-mysqldb',
    'python3-openstackclient',
    'python3-pymemcache',
    'python3-pymysql',
    'rabbitmq-server',
  ],
) {
  $count = $ocinstaller::controllers.length
  if $count > 1 {
    fail("cluster ${ocinstaller::cluster_name} has ${count} controllers; OCI sets up clusters with exactly one")
  }

  unless $ocinstaller::vip_address and $ocinstaller::vip_prefix and $ocinstaller::vip_interface {
    fail("cluster ${ocinstaller::cluster_name} has no virtual address for its API")
  }

  oci_packages { 'controller':
    names => $packages,
  }

  # The modules below declare some packages outside the classes that a role can put in order.
  Oci_packages['controller'] -> Package<| |>

  contain ocinstaller::profile::base
  contain ocinstaller::profile::chrony
  contain ocinstaller::profile::vip
  contain ocinstaller::profile::mariadb
  contain ocinstaller::profile::rabbitmq
  contain ocinstaller::profile::memcached
  contain ocinstaller::profile::keystone
  contain ocinstaller::profile::haproxy

  Class['ocinstaller::profile::base']
  -> Oci_packages['controller']
  -> Class['ocinstaller::profile::chrony']
  -> Class['ocinstaller::profile::vip']
  -> Class['ocinstaller::profile::mariadb']
  -> Class['ocinstaller::profile::rabbitmq']
  -> Class['ocinstaller::profile::memcached']
  -> Class['ocinstaller::profile::keystone']
  -> Class['ocinstaller::profile::haproxy']
}
