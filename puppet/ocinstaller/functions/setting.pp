# @summary One of the cluster's or the machine's settings.
#
# @param name
#   The setting's name.
# @param default
#   What it is as long as nobody changed it; its type decides how yes and no are understood.
#
# @return
#   The setting's value.
function ocinstaller::setting(String[1] $name, Variant[String, Boolean, Numeric] $default) >> Variant[String, Boolean, Numeric] {
  $value = pick_default($ocinstaller::settings[$name], $default)
  if $default =~ Boolean and $value =~ String {
    $value == 'yes'
  } elsif $default =~ Integer and $value =~ String {
    Integer($value)
  } else {
    $value
  }
}
