# @summary The cache that Swift's proxies have together; the firewall lets nobody else in.
#
# @param max_memory_mib
#   Memory for cached values, in MiB.
class ocinstaller::profile::swift_memcached (
  Integer[16] $max_memory_mib = 256,
) {
  class { 'memcached':
    listen     => $ocinstaller::machine_address,
    max_memory => $max_memory_mib,
  }
  contain memcached
}
