# @summary libvirt's and QEMU's certificates, and libvirt's socket for other machines.
#
# libvirt is started by its sockets and ends when nobody has used it for two minutes. The socket for
# TLS cannot be opened while it runs without that socket.
class ocinstaller::profile::libvirt::tls {
  $allowed = pick($ocinstaller::members['compute'], []).map |$member| { "*CN=${member['hostname']}*" }

  file { ['/etc/pki', '/etc/pki/CA']:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }
  -> ocinstaller::authorities { '/etc/pki/CA/cacert.pem': }

  ocinstaller::certificate { 'libvirt':
    directory    => '/etc/pki/libvirt',
    group        => 'libvirt',
    certificates => ['servercert.pem', 'clientcert.pem'],
    keys         => ['serverkey.pem', 'clientkey.pem'],
    require      => File['/etc/pki'],
  }
  file { '/etc/pki/libvirt/private':
    ensure => link,
    target => '.',
  }

  ocinstaller::certificate { 'qemu':
    directory    => '/etc/pki/qemu',
    group        => 'libvirt-qemu',
    certificates => ['server-cert.pem', 'client-cert.pem'],
    keys         => ['server-key.pem', 'client-key.pem'],
    require      => File['/etc/pki'],
  }
  -> ocinstaller::authorities { '/etc/pki/qemu/ca-cert.pem': }

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0600',
      notify => Exec['try-restart libvirtd'],
      ;
    '/etc/libvirt/libvirtd.conf':
      content => epp('ocinstaller/libvirtd.conf.epp', { 'allowed' => $allowed }),
      ;
    '/etc/libvirt/qemu.conf':
      content => epp('ocinstaller/qemu.conf.epp'),
      ;
  }

  exec { 'try-restart libvirtd':
    command     => ['/usr/bin/systemctl', 'try-restart', 'libvirtd.service'],
    refreshonly => true,
    subscribe   => [
      Ocinstaller::Authorities['/etc/pki/CA/cacert.pem', '/etc/pki/qemu/ca-cert.pem'],
      Ocinstaller::Certificate['libvirt', 'qemu'],
    ],
  }
  -> exec { 'libvirtd leaves its port to the socket':
    command => ['/usr/bin/systemctl', 'stop', 'libvirtd.service'],
    unless  => '/usr/bin/systemctl is-active --quiet libvirtd-tls.socket',
  }
  -> service { ['libvirtd.socket', 'libvirtd-tls.socket']:
    ensure => running,
    enable => true,
  }
}
