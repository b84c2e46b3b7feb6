# @summary APIs, data base and message queue.
class ocinstaller::role::controller {
  contain ocinstaller::profiles
}
