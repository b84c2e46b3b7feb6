# @summary OCI's authorities, root and intermediate, in one file.
#
# GnuTLS's users libvirt and QEMU check their own certificate when they start, without the chain that
# its file holds: they have to find the intermediate authority beside the root.
#
# @param path
#   The file; it is readable by all.
define ocinstaller::authorities (
  Stdlib::Absolutepath $path = $title,
) {
  $chain = "/etc/ssl/oci/${ocinstaller::machine_hostname}-chain.pem"
  $content = "/usr/bin/awk '/BEGIN CERTIFICATE/ { number++ } number > 1' ${chain} | /usr/bin/cat ${ocinstaller::ca_file} -"

  exec { "authorities in ${path}":
    command  => "umask 022 && ${content} > ${path}.new && /usr/bin/mv ${path}.new ${path}",
    unless   => "${content} | /usr/bin/cmp --quiet - ${path}",
    provider => shell,
  }
}
