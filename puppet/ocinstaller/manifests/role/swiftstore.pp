# @summary Swift's account, container and object servers.
class ocinstaller::role::swiftstore {
  contain ocinstaller::profiles
}
