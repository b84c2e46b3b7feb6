# @summary An API that haproxy publishes below a path of its own of the cluster's API address.
#
# `prefix` is that path, which haproxy removes; `port` where the members serve the API, with their
# own certificates where `tls`; `own_port` has haproxy publish it at that port, too, for clients that
# know no path; `health` answers 200 while the service works; `catalogue` lists what
# Keystone's catalogue says about it, `path` being added to the API's URL.
type Ocinstaller::Api = Struct[
  {
    prefix    => Pattern[/\A\/[a-z0-9-]+\z/],
    port      => Stdlib::Port,
    health    => Stdlib::Absolutepath,
    balance   => Enum['roundrobin', 'source', 'leastconn'],
    tls       => Boolean,
    own_port  => Boolean,
    catalogue => Array[Struct[{ type => String[1], name => String[1], path => String }]],
    members   => Array[Ocinstaller::Peer, 1],
  }
]
