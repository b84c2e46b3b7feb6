# @summary A machine of the cluster.
#
# `address` is for the cluster's own traffic, `addresses` are all from which its packets may come,
# `id` is its number among the machines of its role.
type Ocinstaller::Member = Struct[
  {
    hostname  => Stdlib::Fqdn,
    address   => Stdlib::IP::Address::Nosubnet,
    id        => Integer[1],
    addresses => Array[Stdlib::IP::Address::Nosubnet],
  }
]
