# @summary The memcached servers that Swift's proxies have together.
#
# @return
#   Their addresses and ports, as Swift's configuration lists them.
function ocinstaller::swift_caches() >> String[1] {
  pick($ocinstaller::peers['swift-memcached'], []).map |$peer| { "${peer['address']}:11211" }.join(',')
}
