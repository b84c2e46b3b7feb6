# @summary One of the secrets that the classification gave to this machine.
#
# @param name
#   The secret's name.
#
# @return
#   The secret, wrapped so that it reaches neither logs nor reports.
function ocinstaller::secret(String[1] $name) >> Sensitive[String[1]] {
  if $name in $ocinstaller::secrets {
    Sensitive($ocinstaller::secrets[$name])
  } else {
    fail("OCI's classification gives this machine no secret named ${name}")
  }
}
