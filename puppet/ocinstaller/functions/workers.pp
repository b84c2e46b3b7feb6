# @summary How many processes each API server gets on this machine.
#
# A process takes up to 180 MiB and a controller runs about a dozen APIs: one round of them per two
# cores, as long as they take no more than a quarter of the memory.
#
# @return
#   Number of processes.
function ocinstaller::workers() >> Integer[1] {
  $cores = $facts['processors']['count']
  $mebibytes = $facts['memory']['system']['total_bytes'] / 1048576
  max(1, min($cores / 2, $mebibytes / (4 * 12 * 180), 12))
}
