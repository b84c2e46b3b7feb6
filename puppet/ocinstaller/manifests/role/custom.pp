# @summary Plain Debian, kept in time and in the cluster's circle of trust.
class ocinstaller::role::custom {
  contain ocinstaller::profiles
}
