# @summary A port, or a range of ports, of a service of this machine and who may connect to it.
#
# `peers` are the machines that run the same service, `members` all machines of the cluster.
type Ocinstaller::Port = Struct[
  {
    service   => String[1],
    transport => Enum['tcp', 'udp'],
    first     => Stdlib::Port,
    last      => Stdlib::Port,
    reach     => Enum['everyone', 'members', 'peers'],
  }
]
