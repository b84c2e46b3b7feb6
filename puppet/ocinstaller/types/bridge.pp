# @summary A bridge of Open vSwitch to a physical network, which Neutron knows by a name of its own.
type Ocinstaller::Bridge = Struct[
  {
    physical  => String[1],
    bridge    => Pattern[/\A[A-Za-z0-9][A-Za-z0-9_.-]{0,14}\z/],
    interface => Pattern[/\A[A-Za-z0-9][A-Za-z0-9_.-]{0,14}\z/],
  }
]
