# @summary Waits until an API answers at the cluster's address, as its clients see it.
#
# The title is the service's name in OCI's table of services, such as glance-api.
#
# @param limit
#   Seconds until the run fails, naming what did not answer.
define ocinstaller::answers (
  Integer[2] $limit = 60,
) {
  unless $title in $ocinstaller::apis {
    fail("no machine of cluster ${ocinstaller::cluster_name} serves the API ${title}")
  }

  $check = [
    '/usr/bin/curl', '--silent', '--show-error', '--fail', '--max-time', '5', '--noproxy', '*',
    '--cacert', $ocinstaller::api_ca_file, '--output', '/dev/null',
    ocinstaller::api_url($title, $ocinstaller::apis[$title]['health']),
  ]

  exec { "${title} answers at ${ocinstaller::vip_hostname}":
    command   => $check,
    unless    => [$check],
    tries     => $limit / 2,
    try_sleep => 2,
    logoutput => on_failure,
  }
}
