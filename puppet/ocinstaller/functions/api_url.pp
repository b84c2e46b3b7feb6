# @summary Where clients reach one of the cluster's APIs.
#
# @param service
#   Its name in OCI's table of services, such as glance-api.
# @param path
#   What follows the API's own path, such as /v3.
#
# @return
#   The URL.
function ocinstaller::api_url(String[1] $service, String $path = '') >> Stdlib::HTTPSUrl {
  unless $service in $ocinstaller::apis {
    fail("no machine of cluster ${ocinstaller::cluster_name} serves the API ${service}")
  }
  "https://${ocinstaller::vip_hostname}${ocinstaller::apis[$service]['prefix']}${path}"
}
