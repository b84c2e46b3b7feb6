# @summary How a service checks its callers' tokens: parameters of the modules' authtoken classes.
#
# @param user
#   The service's user.
#
# @return
#   Parameters by name.
function ocinstaller::authtoken(String[1] $user) >> Hash[String[1], Any] {
  ocinstaller::login($user) + {
    'www_authenticate_uri'         => ocinstaller::api_url('keystone'),
    'cafile'                       => $ocinstaller::api_ca_file,
    'memcached_servers'            => ['127.0.0.1:11211'],
    'service_token_roles'          => 'service',
    'service_token_roles_required' => true,
  }
}
