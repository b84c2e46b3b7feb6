"""The settings that decide what runs where; names and defaults are those of the original OCI."""

from collections.abc import Mapping

from ocinstaller.model.placement.conditions import Flag, Given, MachineFlag
from ocinstaller.model.placement.facts import HYPER_CONVERGED
from ocinstaller.model.snapshot import Value

GLANCE_PREFERS_CEPH = Flag("glance_prefer_ceph_over_swift", default=True)
BACKUP_PREFERS_SWIFT = Flag("cinder_backup_prefer_swift", default=True)
BACKUP_TO_EXTERNAL_SWIFT = Flag("cinder_backup_use_external_swift", default=True)
EXTERNAL_SWIFT = Flag("extswift_use_external", default=False)
TELEMETRY_WANTED = Flag("install_telemetry", default=True)
PANKO_WANTED = Flag("install_panko", default=False)
MAGNUM_WANTED = Flag("install_magnum", default=False)
MANILA_WANTED = Flag("install_manila", default=False)
OCTAVIA_WANTED = Flag("install_octavia", default=True)
DESIGNATE_WANTED = Flag("install_designate", default=False)
HEAT_WANTED = Flag("install_heat", default=True)
BARBICAN_WANTED = Flag("install_barbican", default=True)
RABBIT_WANTED = Flag("install_rabbit", default=True)
DVR = Flag("neutron_use_dvr", default=True)
FILEBEAT_WANTED = Flag("filebeat_enabled", default=False)
OWN_SWIFT_NAME = Given("swift_proxy_hostname")

OWN_OSDS = MachineFlag(HYPER_CONVERGED, default=False)
EPHEMERAL_ON_CEPH = MachineFlag("use_ceph_if_available", default=False)
DHCP_AGENT_FORCED = MachineFlag("force_dhcp_agent", default=False)
BGP_AGENT_WANTED = MachineFlag("neutron_install_dragent", default=False)
SHARE_WANTED = MachineFlag("manila_share_install", default=False)

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
CLUSTER_INPUTS: Mapping[str, Value] = {
    OWN_SWIFT_NAME.name: "",
    **{flag.name: flag.default for flag in _CLUSTER_FLAGS},
}
"""The cluster settings that placement reads, with their defaults."""
