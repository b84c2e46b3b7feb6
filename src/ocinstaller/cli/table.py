"""The commands of `ocicli` and where each lives. Nothing is imported before it is needed."""

from typing import NamedTuple


class CommandEntry(NamedTuple):
    """A command's name, its module below `ocinstaller.cli.commands`, and its class."""

    name: str
    module: str
    cls: str


COMMANDS: tuple[CommandEntry, ...] = (
    CommandEntry("swift-region-create", "topology", "SwiftRegionCreate"),
    CommandEntry("swift-region-delete", "topology", "SwiftRegionDelete"),
    CommandEntry("swift-region-list", "topology", "SwiftRegionList"),
    CommandEntry("location-create", "topology", "LocationCreate"),
    CommandEntry("location-delete", "topology", "LocationDelete"),
    CommandEntry("location-list", "topology", "LocationList"),
    CommandEntry("network-create", "networks", "NetworkCreate"),
    CommandEntry("network-delete", "networks", "NetworkDelete"),
    CommandEntry("network-list", "networks", "NetworkList"),
    CommandEntry("network-add", "networks", "NetworkAdd"),
    CommandEntry("network-remove", "networks", "NetworkRemove"),
    CommandEntry("cluster-create", "clusters", "ClusterCreate"),
    CommandEntry("cluster-delete", "clusters", "ClusterDelete"),
    CommandEntry("cluster-list", "clusters", "ClusterList"),
    CommandEntry("cluster-show", "clusters", "ClusterShow"),
    CommandEntry("cluster-set", "settings", "ClusterSet"),
    CommandEntry("cluster-settings", "settings", "ClusterSettings"),
    CommandEntry("setting-list", "settings", "SettingList"),
    CommandEntry("cluster-explain", "explanations", "ClusterExplain"),
    CommandEntry("cluster-plan", "plans", "ClusterPlan"),
    CommandEntry("cluster-export", "plans", "ClusterExport"),
    CommandEntry("cluster-apply", "plans", "ClusterApply"),
    CommandEntry("role-list", "clusters", "RoleList"),
    CommandEntry("machine-list", "machines", "MachineList"),
    CommandEntry("machine-show", "machines", "MachineShow"),
    CommandEntry("machine-set", "settings", "MachineSet"),
    CommandEntry("machine-settings", "settings", "MachineSettings"),
    CommandEntry("machine-explain", "explanations", "MachineExplain"),
    CommandEntry("machine-add", "machines", "MachineAdd"),
    CommandEntry("machine-remove", "machines", "MachineRemove"),
    CommandEntry("machine-destroy", "machines", "MachineDestroy"),
    CommandEntry("machine-install-os", "installation", "MachineInstallOs"),
    CommandEntry("machine-install-log", "installation", "MachineInstallLog"),
    CommandEntry("machine-reboot-on-live", "installation", "MachineRebootOnLive"),
    CommandEntry("machine-wait-for-install", "installation", "MachineWaitForInstall"),
    CommandEntry("machine-wait-for-puppet", "installation", "MachineWaitForPuppet"),
    CommandEntry("swift-calculate-ring", "swift", "SwiftCalculateRing"),
    CommandEntry("swift-add-machine-to-ring", "swift", "SwiftAddMachineToRing"),
    CommandEntry("swift-remove-machine-from-ring", "swift", "SwiftRemoveMachineFromRing"),
    CommandEntry("swift-publish-ring", "swift", "SwiftPublishRing"),
    CommandEntry("swift-ring-show", "swift", "SwiftRingShow"),
    CommandEntry("certificate-list", "certificates", "CertificateList"),
    CommandEntry("certificate-renew", "certificates", "CertificateRenew"),
    CommandEntry("user-list", "users", "UserList"),
    CommandEntry("user-create", "users", "UserCreate"),
    CommandEntry("user-set", "users", "UserSet"),
    CommandEntry("user-delete", "users", "UserDelete"),
    CommandEntry("user-password", "users", "UserPassword"),
    CommandEntry("token-list", "tokens", "TokenList"),
    CommandEntry("token-create", "tokens", "TokenCreate"),
    CommandEntry("token-delete", "tokens", "TokenDelete"),
    CommandEntry("audit-list", "audit", "AuditList"),
)
