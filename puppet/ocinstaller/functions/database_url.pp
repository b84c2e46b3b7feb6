# @summary SQLAlchemy's URL of one of the cluster's data bases, reached over TLS at the API's address.
#
# @param database
#   Name of the data base and of its user.
#
# @return
#   The URL, with the password.
function ocinstaller::database_url(String[1] $database) >> Sensitive[String[1]] {
  $password = ocinstaller::secret("${database}_db").unwrap
  $host = "${ocinstaller::vip_hostname}:${ocinstaller::database_port}"
  Sensitive("mysql+pymysql://${database}:${password}@${host}/${database}?charset=utf8&ssl_ca=${ocinstaller::ca_file}")
}
