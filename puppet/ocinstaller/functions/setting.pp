# @summary A setting of the cluster or of this machine.
#
# @param name
#   The setting's name.
# @param default
#   What holds where OCI gives this machine no such setting.
#
# @return
#   The value; yes and no are booleans.
function ocinstaller::setting(String[1] $name, Any $default) >> Any {
  $value = pick_default($ocinstaller::settings[$name], $default)
  $value ? {
    'yes'   => true,
    'no'    => false,
    default => $value,
  }
}
