# @summary A controller as the other machines of its cluster know it.
type Ocinstaller::Controller = Struct[
  {
    hostname => Stdlib::Fqdn,
    address  => Stdlib::IP::Address::Nosubnet,
  }
]
