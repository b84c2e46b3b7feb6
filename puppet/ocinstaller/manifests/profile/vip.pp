# @summary The API's virtual address.
#
# Several machines pass it on with corosync and pacemaker; one alone just has it.
class ocinstaller::profile::vip {
  unless $ocinstaller::vip_address and $ocinstaller::vip_prefix and $ocinstaller::vip_interface {
    fail("cluster ${ocinstaller::cluster_name} has no virtual address for its API")
  }

  if $ocinstaller::members[$ocinstaller::role].length > 1 {
    contain ocinstaller::profile::vip::shared
  } else {
    contain ocinstaller::profile::vip::single
  }
}
