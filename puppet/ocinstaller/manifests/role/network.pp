# @summary Routers, addresses and the way to networks outside.
class ocinstaller::role::network {
  contain ocinstaller::profiles
}
