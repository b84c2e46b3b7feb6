# @summary Swift's storage policies beside the first one, which keeps whole copies.
#
# @return
#   By number, the lines of each policy in swift.conf.
function ocinstaller::swift_policies() >> Hash[Integer[1], Hash[String[1], Variant[String[1], Integer]]] {
  if ocinstaller::setting('swift_ec_enable', false) {
    {
      ocinstaller::setting('swift_ec_policy_index', 1) => {
        'name'                     => ocinstaller::setting('swift_ec_policy_name', 'pyeclib-12-4'),
        'policy_type'              => 'erasure_coding',
        'ec_type'                  => ocinstaller::setting('swift_ec_type', 'liberasurecode_rs_vand'),
        'ec_num_data_fragments'    => ocinstaller::setting('swift_ec_num_data_fragments', 12),
        'ec_num_parity_fragments'  => ocinstaller::setting('swift_ec_num_parity_fragments', 4),
        'ec_object_segment_size'   => ocinstaller::setting('swift_ec_object_segment_size', 1048576),
      },
    }
  } else {
    {}
  }
}
