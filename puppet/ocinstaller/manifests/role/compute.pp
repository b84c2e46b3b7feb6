# @summary Virtual machines.
class ocinstaller::role::compute {
  contain ocinstaller::profiles
}
