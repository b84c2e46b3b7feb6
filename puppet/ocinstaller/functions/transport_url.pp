# @summary oslo.messaging's URL of the message queue, with all its machines.
#
# @param user
#   The user, which has a virtual host of the same name.
#
# @return
#   The URL, with the password.
function ocinstaller::transport_url(String[1] $user) >> Sensitive[String[1]] {
  $password = ocinstaller::secret("rabbitmq_${user}").unwrap
  $brokers = $ocinstaller::peers['rabbitmq'].map |$peer| { "${user}:${password}@${peer['hostname']}:5671" }
  Sensitive("rabbit://${brokers.join(',')}/${user}")
}
