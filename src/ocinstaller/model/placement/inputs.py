"""The settings that decide what runs where."""

from ocinstaller.model.placement.conditions import Flag, Given, MachineFlag
from ocinstaller.model.placement.facts import HYPER_CONVERGED

GLANCE_PREFERS_CEPH = Flag("glance_prefer_ceph_over_swift")
BACKUP_PREFERS_SWIFT = Flag("cinder_backup_prefer_swift")
BACKUP_TO_EXTERNAL_SWIFT = Flag("cinder_backup_use_external_swift")
EXTERNAL_SWIFT = Flag("extswift_use_external")
TELEMETRY_WANTED = Flag("install_telemetry")
PANKO_WANTED = Flag("install_panko")
MAGNUM_WANTED = Flag("install_magnum")
MANILA_WANTED = Flag("install_manila")
OCTAVIA_WANTED = Flag("install_octavia")
DESIGNATE_WANTED = Flag("install_designate")
HEAT_WANTED = Flag("install_heat")
BARBICAN_WANTED = Flag("install_barbican")
RABBIT_WANTED = Flag("install_rabbit")
DVR = Flag("neutron_use_dvr")
FILEBEAT_WANTED = Flag("filebeat_enabled")
OWN_SWIFT_NAME = Given("swift_proxy_hostname")

OWN_OSDS = MachineFlag(HYPER_CONVERGED)
EPHEMERAL_ON_CEPH = MachineFlag("use_ceph_if_available")
DHCP_AGENT_FORCED = MachineFlag("force_dhcp_agent")
BGP_AGENT_WANTED = MachineFlag("neutron_install_dragent")
SHARE_WANTED = MachineFlag("manila_share_install")

_CLUSTER_FLAGS = (
    GLANCE_PREFERS_CEPH,
    BACKUP_PREFERS_SWIFT,
    BACKUP_TO_EXTERNAL_SWIFT,
    EXTERNAL_SWIFT,
    TELEMETRY_WANTED,
    PANKO_WANTED,
    MAGNUM_WANTED,
    MANILA_WANTED,
    OCTAVIA_WANTED,
    DESIGNATE_WANTED,
    HEAT_WANTED,
    BARBICAN_WANTED,
    RABBIT_WANTED,
    DVR,
    FILEBEAT_WANTED,
)
CLUSTER_INPUTS = (OWN_SWIFT_NAME.name, *(flag.name for flag in _CLUSTER_FLAGS))
"""The cluster settings that placement reads."""
