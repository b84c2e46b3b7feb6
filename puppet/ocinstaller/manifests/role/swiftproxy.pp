# @summary Swift's API, and its servers where the machine is told to store.
class ocinstaller::role::swiftproxy {
  contain ocinstaller::profiles
}
