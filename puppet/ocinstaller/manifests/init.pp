# @summary What OCI's classification says about this machine and its cluster.
#
# Declares nothing: profiles read their facts about the cluster here, so that a profile needs no
# parameters of its own to be listed by a role.
#
# @param cluster_name
#   The cluster's name.
# @param domain
#   DNS domain of the cluster's machines.
# @param region_name
#   Keystone's region.
# @param machine_hostname
#   This machine's fully qualified name, also the name in its certificate.
# @param machine_address
#   This machine's address on the management network; services listen here, never on all addresses.
# @param role
#   This machine's role.
# @param is_bootstrap
#   Whether this is the cluster's first controller.
# @param initial_cluster_setup
#   Whether the cluster is being set up for the first time.
# @param vip_hostname
#   Name of the API, also the name in its certificate.
# @param members
#   The cluster's machines by role.
# @param services
#   Services that run on this machine; profiles that serve several of them ask here.
# @param profiles
#   Profiles of these services, in the order in which they are deployed.
# @param packages
#   Packages of these services.
# @param backends
#   What placement chose, by subject, such as { 'Glance images' => 'swift' }.
# @param apis
#   What haproxy publishes, by service.
# @param peers
#   Machines of services that others have to find, by service.
# @param ports
#   Ports of this machine's services.
# @param settings
#   The cluster's and the machine's settings.
# @param bridges
#   This machine's bridges to physical networks.
# @param external_networks
#   Names of the physical networks that any machine of the cluster leads to.
# @param tunnel_address
#   This machine's end of the tunnels between tenants' machines.
# @param time_servers
#   NTP servers.
# @param secrets
#   The secrets that this machine may know, by name; read them with ocinstaller::secret().
# @param databases
#   Data bases, their users and the names of the users' secrets; only for the machines that keep them.
# @param message_users
#   Users of the message queue and the names of their secrets; only for the brokers' machines.
# @param users
#   Keystone's users for services; only for Keystone's machines.
# @param extra_packages
#   Packages that the site adds.
# @param vip_address
#   Virtual address of the API; only a cluster with controllers has one.
# @param vip_prefix
#   Prefix length of the API's network.
# @param vip_interface
#   Interface of the controllers that carries the virtual address.
# @param other_vips
#   Virtual addresses of other services than the API, by usage: messaging, sql, sqlmsg.
# @param ca_file
#   OCI's root CA certificate, against which all connections inside the cluster are verified.
# @param api_ca_file
#   The CA certificates against which clients verify the API: OCI's, and with a certificate of the
#   operator's also the root of that one. Not for anything else: whoever gets a certificate from a
#   public CA would otherwise be taken for a machine of the cluster.
# @param api_ca
#   Content of that file as PEM; absent while OCI's CA signs the API's certificate.
# @param database_port
#   Where haproxy passes connections on to the one data base server that is written to.
class ocinstaller (
  String[1]                                                                      $cluster_name,
  Stdlib::Fqdn                                                                   $domain,
  String[1]                                                                      $region_name,
  Stdlib::Fqdn                                                                   $machine_hostname,
  Stdlib::IP::Address::Nosubnet                                                  $machine_address,
  String[1]                                                                      $role,
  Boolean                                                                        $is_bootstrap,
  Boolean                                                                        $initial_cluster_setup,
  Stdlib::Fqdn                                                                   $vip_hostname,
  Hash[String[1], Array[Ocinstaller::Member]]                                    $members,
  Array[Stdlib::Host]                                                            $time_servers,
  Array[String[1]]                                                               $services,
  Array[Pattern[/\A[a-z][a-z0-9_]*\z/]]                                          $profiles,
  Array[String[1]]                                                               $packages,
  Hash[String[1], String[1]]                                                     $backends,
  Hash[String[1], Ocinstaller::Api]                                              $apis,
  Hash[String[1], Array[Ocinstaller::Peer, 1]]                                   $peers,
  Array[Ocinstaller::Port]                                                       $ports,
  Hash[String[1], Variant[String, Boolean, Numeric, Array, Hash]]                $settings,
  Array[Ocinstaller::Bridge]                                                     $bridges,
  Array[String[1]]                                                               $external_networks,
  Stdlib::IP::Address::Nosubnet                                                  $tunnel_address,
  Hash[String[1], String[1]]                                                     $secrets,
  Hash[String[1], Struct[{ user => String[1], secret => String[1] }]]            $databases     = {},
  Hash[String[1], String[1]]                                                     $message_users = {},
  Hash[String[1], Struct[{ secret => String[1], roles => Array[String[1], 1] }]] $users         = {},
  Array[String[1]]                                                               $extra_packages = [],
  Optional[Stdlib::IP::Address::Nosubnet]                                        $vip_address   = undef,
  Optional[Integer[0, 128]]                                                      $vip_prefix    = undef,
  Optional[String[1]]                                                            $vip_interface = undef,
  Hash[String[1], Ocinstaller::VirtualAddress]                                   $other_vips    = {},
  Stdlib::Absolutepath                                                           $ca_file       = '/etc/ssl/certs/oci-root-ca.pem',
  Stdlib::Absolutepath                                                           $api_ca_file   = '/etc/ssl/certs/oci-root-ca.pem',
  Optional[String[1]]                                                            $api_ca        = undef,
  Stdlib::Port                                                                   $database_port = 3307,
) {
}
