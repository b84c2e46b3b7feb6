# @summary An API that haproxy publishes under the cluster's API name.
#
# `port` is where clients connect, `backend_port` where every controller serves it over TLS, and
# `health` the path that answers 200 while the service works.
type Ocinstaller::Api = Struct[
  {
    port         => Stdlib::Port,
    backend_port => Stdlib::Port,
    health       => Stdlib::Absolutepath,
  }
]
