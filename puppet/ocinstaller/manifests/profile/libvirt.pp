# @summary What runs virtual machines, and moves them between compute machines; all of it over TLS.
#
# libvirt answers on port 16514 to those who show a certificate of a compute machine of this cluster.
# Screens (VNC) and the memory of machines that move go over TLS too; both ends show certificates.
# With compute_driver=fake there are no virtual machines: libvirt stays as its package left it.
class ocinstaller::profile::libvirt {
  unless ocinstaller::setting('compute_driver', 'libvirt') == 'fake' {
    contain ocinstaller::profile::libvirt::tls
  }
}
