# @summary The compute API, with the tables and cells behind it.
#
# @param processes
#   Worker processes.
class ocinstaller::profile::nova::api (
  Integer[1] $processes = ocinstaller::workers(),
) {
  include ocinstaller::profile::nova::common

  class { 'nova::api':
    manage_service               => false,
    sync_db                      => false,
    sync_db_api                  => false,
    enable_proxy_headers_parsing => true,
    compute_link_prefix          => ocinstaller::api_url('nova-api'),
    glance_link_prefix           => ocinstaller::api_url('glance-api'),
  }
  contain nova::api

  # nova's own list of versions answers 300, which is no sign of health.
  nova_api_paste_ini {
    'composite:osapi_compute//healthcheck':
      value => 'healthcheck', key_val_separator => ':';
    'app:healthcheck/paste.app_factory':
      value => 'oslo_middleware:Healthcheck.app_factory';
    'app:healthcheck/backends':
      value => 'disable_by_file';
    'app:healthcheck/disable_by_file_path':
      value => '/etc/nova/healthcheck_disable';
  }

  # Cells are mapped by templates, which nova fills in from its own configuration: brokers and
  # passwords stand in one place, and in no process list.
  $login = '{scheme}://{username}:{password}@{hostname}'
  $brokers = $ocinstaller::peers['rabbitmq'].length
  # nova numbers the brokers where there are several.
  $numbers = $brokers ? {
    1       => [''],
    default => Array(Integer[1, $brokers]),
  }
  $queue = $numbers.map |$number| { "{username${number}}:{password${number}}@{hostname${number}}:5671" }

  ocinstaller::schema { 'nova_api':
    project    => 'nova',
    package    => 'nova-api',
    commands   => [
      ['/usr/bin/nova-manage', 'api_db', 'sync'],
      ['/usr/bin/nova-manage', 'cell_v2', 'map_cell0', '--database_connection', "${login}/nova_cell0?{query}"],
      ['/usr/bin/nova-manage', 'db', 'sync'],
      ['/usr/bin/nova-manage', 'cell_v2', 'create_cell', '--name', 'cell1'],
    ],
    # create_cell: such a cell exists. It does not take templates, hence the statement.
    already    => [2],
    statements => [
      "UPDATE cell_mappings SET database_connection = '${login}/{path}?{query}', transport_url = '{scheme}://${queue.join(',')}/{path}' WHERE name = 'cell1'",
    ],
  }

  ocinstaller::wsgi { 'nova-api':
    project    => 'nova',
    settings   => 'nova_api_uwsgi_config',
    port       => 8774,
    processes  => $processes,
    threads    => 1,
    restart_on => Nova_api_paste_ini['composite:osapi_compute//healthcheck', 'app:healthcheck/paste.app_factory'],
    after      => [Ocinstaller::Schema['nova_api']],
  }
}
