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
# @param controllers
#   All controllers of the cluster.
# @param time_servers
#   NTP servers.
# @param secrets
#   The secrets that this machine may know, by name; read them with ocinstaller::secret().
# @param vip_address
#   Virtual address of the API; only a cluster with controllers has one.
# @param vip_prefix
#   Prefix length of the API's network.
# @param vip_interface
#   Interface of the controllers that carries the virtual address.
# @param ca_file
#   OCI's root CA certificate, against which all connections inside the cluster are verified.
class ocinstaller (
  String[1]                               $cluster_name,
  Stdlib::Fqdn                            $domain,
  String[1]                               $region_name,
  Stdlib::Fqdn                            $machine_hostname,
  Stdlib::IP::Address::Nosubnet           $machine_address,
  String[1]                               $role,
  Boolean                                 $is_bootstrap,
  Boolean                                 $initial_cluster_setup,
  Stdlib::Fqdn                            $vip_hostname,
  Array[Ocinstaller::Controller]          $controllers,
  Array[Stdlib::Host]                     $time_servers,
  Hash[String[1], String[1]]              $secrets,
  Optional[Stdlib::IP::Address::Nosubnet] $vip_address   = undef,
  Optional[Integer[0, 128]]               $vip_prefix    = undef,
  Optional[String[1]]                     $vip_interface = undef,
  Stdlib::Absolutepath                    $ca_file       = '/etc/ssl/certs/oci-root-ca.pem',
) {
}
