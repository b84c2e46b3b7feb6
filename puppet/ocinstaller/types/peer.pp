# @summary A machine that runs a service, as the others of its cluster know it.
#
# `id` is its number among the machines of its role.
type Ocinstaller::Peer = Struct[
  {
    hostname => Stdlib::Fqdn,
    address  => Stdlib::IP::Address::Nosubnet,
    id       => Integer[1],
  }
]
