# @summary The orchestration service.
#
# The parts are those that OCI's placement put on this machine. They share one configuration, which is
# complete before the first of them starts.
class ocinstaller::profile::heat {
  $parts = {
    'heat-api'     => 'api',
    'heat-api-cfn' => 'api_cfn',
    'heat-engine'  => 'engine',
  }

  $parts.each |$service, $part| {
    if $service in $ocinstaller::services {
      contain "ocinstaller::profile::heat::${part}"
    }
  }
}
