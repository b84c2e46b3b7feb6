# @summary A cache for the services of this machine only: it has neither users nor encryption.
#
# @param max_memory_mib
#   Memory for cached values, in MiB.
class ocinstaller::profile::memcached (
  Integer[16] $max_memory_mib = 256,
) {
  class { 'memcached':
    listen     => '127.0.0.1',
    max_memory => $max_memory_mib,
  }
  contain memcached
}
