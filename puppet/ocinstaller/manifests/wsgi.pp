# @summary An API that uwsgi serves over TLS on this machine's own address.
#
# Debian's init script would listen on all addresses, and so on haproxy's too: uwsgi is started with
# the package's file directly, which says where to listen.
#
# @param project
#   The OpenStack project: name of its directory in /etc, of its group, and of its module's anchors.
# @param settings
#   Type of the resources that are lines of the uwsgi file.
# @param port
#   Where it listens.
# @param processes
#   Worker processes.
# @param threads
#   Threads of each.
# @param restart_on
#   What it reads when it starts, beside its own files.
# @param arguments
#   Arguments that the application finds as those of its command line.
# @param after
#   What has to be there before it starts.
define ocinstaller::wsgi (
  String[1]                  $project,
  String[1]                  $settings,
  Stdlib::Port               $port,
  Integer[1]                 $processes  = ocinstaller::workers(),
  Integer[1]                 $threads    = 8,
  Array[Type[Catalogentry]]  $restart_on = [],
  Array[String[1]]           $arguments  = [],
  Array[Type[Catalogentry]]  $after      = [],
) {
  $tls = "/etc/${project}/oci"
  $address = $ocinstaller::machine_address ? {
    Stdlib::IP::Address::V4 => $ocinstaller::machine_address,
    default                 => "[${ocinstaller::machine_address}]",
  }
  $lines = {
    'uwsgi/https-socket' => "${address}:${port},${tls}/cert.pem,${tls}/key.pem",
    'uwsgi/processes'    => $processes,
    'uwsgi/threads'      => $threads,
  } + ($arguments ? {
      []      => {},
      default => { 'uwsgi/pyargv' => $arguments.join(' ') },
  })

  $lines.each |$name, $value| {
    Resource[$settings] { $name:
      value => $value,
    }
  }

  ocinstaller::service { $title:
    restart_on    => [
      Anchor["${project}::config::end"],
      Ocinstaller::Certificate[$project],
    ] + $lines.keys.map |$name| { Resource[$settings, $name] } + $restart_on,
    unit_settings => ['ExecStart=', "ExecStart=/usr/bin/uwsgi_python3 --ini /etc/${project}/${title}-uwsgi.ini"],
    require       => $after,
  }
}
