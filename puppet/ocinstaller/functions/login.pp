# @summary A service user's way into Keystone: parameters that the classes of the OpenStack modules share.
#
# @param user
#   The user; the password is the secret USER_service.
#
# @return
#   Parameters by name.
function ocinstaller::login(String[1] $user) >> Hash[String[1], Any] {
  {
    'username'            => $user,
    'password'            => ocinstaller::secret("${user}_service").unwrap,
    'auth_url'            => "${ocinstaller::api_url('keystone')}/v3",
    'project_name'        => 'services',
    'user_domain_name'    => 'Default',
    'project_domain_name' => 'Default',
    'region_name'         => $ocinstaller::region_name,
  }
}
