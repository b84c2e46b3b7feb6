# @summary Volumes for virtual machines.
class ocinstaller::role::volume {
  contain ocinstaller::profiles
}
