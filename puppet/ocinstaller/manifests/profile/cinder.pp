# @summary The block storage service.
#
# The parts are those that OCI's placement put on this machine. They share one configuration, which is
# complete before the first of them starts.
class ocinstaller::profile::cinder {
  $parts = {
    'cinder-api'       => 'api',
    'cinder-scheduler' => 'scheduler',
    'cinder-volume'    => 'volume',
  }

  $parts.each |$service, $part| {
    if $service in $ocinstaller::services {
      contain "ocinstaller::profile::cinder::${part}"
    }
  }
}
