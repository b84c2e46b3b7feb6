# @summary A virtual address and the prefix length of its network.
type Ocinstaller::VirtualAddress = Struct[{
  address => Stdlib::IP::Address::Nosubnet,
  prefix  => Integer[0, 128],
}]
