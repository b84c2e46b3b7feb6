# @summary The compute service.
#
# The parts are those that OCI's placement put on this machine. They share one configuration, which is
# complete before the first of them starts.
class ocinstaller::profile::nova {
  $parts = {
    'nova-api'        => 'api',
    'nova-metadata'   => 'metadata',
    'nova-conductor'  => 'conductor',
    'nova-scheduler'  => 'scheduler',
    'nova-novncproxy' => 'novncproxy',
    'nova-compute'    => 'compute',
  }

  $parts.each |$service, $part| {
    if $service in $ocinstaller::services {
      contain "ocinstaller::profile::nova::${part}"
    }
  }
}
