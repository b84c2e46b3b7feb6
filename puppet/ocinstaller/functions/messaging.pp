# @summary How a service speaks to the message queue: parameters that the classes of the OpenStack modules share.
#
# @param user
#   User and virtual host; the password is the secret rabbitmq_USER.
#
# @return
#   Parameters by name.
function ocinstaller::messaging(String[1] $user) >> Hash[String[1], Any] {
  {
    'default_transport_url' => ocinstaller::transport_url($user).unwrap,
    'rabbit_use_ssl'        => true,
    'kombu_ssl_ca_certs'    => $ocinstaller::ca_file,
    'rabbit_quorum_queue'   => true,
    'notification_driver'   => 'noop',
  }
}
