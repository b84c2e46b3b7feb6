"""What the requests of the web pages are called in the audit, and the permission that they take.

Changes are called what they are called in the API: the audit does not tell a page from a command.
"""

from typing import NamedTuple

from ocinstaller.model.access import Permission

_OWN, _READ, _OPERATE, _ADMINISTER = Permission


class Access(NamedTuple):
    """The action of a route, the permission that it takes, the kind of object it is about."""

    action: str
    permission: Permission
    kind: str
    discloses: bool = False
    """Whether its answer holds a secret: who saw one is in the audit, though nothing changed."""


_LOOK = Access("page", _READ, "page")
_FORM = Access("page", _OPERATE, "page")
"""Forms, and trying out what they would do."""
_ADMIN = Access("page", _ADMINISTER, "page")

_MINE = Access("page", _OWN, "page")

_MACHINE = "/oci/machines/{name}"
_CLUSTER = "/oci/clusters/{name}"
_NETWORK = "/oci/networks/{name}"

PAGES: dict[tuple[str, str], Access] = {
    ("GET", "/oci/"): _LOOK,
    ("GET", "/oci/stream"): _LOOK,
    ("GET", "/oci/machines"): _LOOK,
    ("GET", _MACHINE): _LOOK,
    ("GET", f"{_MACHINE}/log"): _LOOK,
    ("GET", f"{_MACHINE}/enrol"): _FORM,
    ("POST", f"{_MACHINE}/enrol"): Access("machine-add", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/automatic-enrolment"): Access("machine-auto-add", _OPERATE, "machine"),
    ("GET", "/oci/profiles"): _LOOK,
    ("GET", "/oci/site-documents/{name}"): _LOOK,
    ("POST", "/oci/site-documents/{name}"): Access("site-document-set", _OPERATE, "site document"),
    ("POST", "/oci/site-documents/{name}/check"): _FORM,
    ("GET", f"{_MACHINE}/install"): _FORM,
    ("POST", f"{_MACHINE}/install"): Access("machine-install-os", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/live"): _FORM,
    ("POST", f"{_MACHINE}/live"): Access("machine-reboot-on-live", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/disk"): _FORM,
    ("POST", f"{_MACHINE}/disk"): Access("machine-reboot-on-hdd", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/reinstall"): _FORM,
    ("POST", f"{_MACHINE}/reinstall"): Access("machine-reinstall", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/wipe"): _FORM,
    ("POST", f"{_MACHINE}/wipe"): Access("machine-wipe", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/release"): _FORM,
    ("POST", f"{_MACHINE}/release"): Access("machine-release", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/remove"): _FORM,
    ("POST", f"{_MACHINE}/remove"): Access("machine-remove", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/destroy"): _FORM,
    ("POST", f"{_MACHINE}/destroy"): Access("machine-destroy", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/addresses"): _LOOK,
    ("POST", f"{_MACHINE}/addresses"): Access("machine-ip-add", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/addresses/check"): _FORM,
    ("POST", f"{_MACHINE}/addresses/{{ip}}/delete"): Access(
        "machine-ip-remove", _OPERATE, "machine"
    ),
    ("GET", f"{_MACHINE}/calls"): _LOOK,
    ("POST", f"{_MACHINE}/orders/{{order_id}}/cancel"): Access(
        "machine-order-cancel", _OPERATE, "machine"
    ),
    ("POST", f"{_MACHINE}/to-dns"): Access("machine-to-dns", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/out-of-dns"): Access("machine-out-of-dns", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/to-monitoring"): Access("machine-to-monitoring", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/out-of-monitoring"): Access(
        "machine-out-of-monitoring", _OPERATE, "machine"
    ),
    ("POST", f"{_MACHINE}/generate-root-password"): Access(
        "machine-gen-root-pass", _OPERATE, "machine"
    ),
    ("POST", f"{_MACHINE}/forget-root-password"): Access(
        "machine-forget-root-pass", _OPERATE, "machine"
    ),
    ("GET", f"{_MACHINE}/power"): _LOOK,
    ("GET", f"{_MACHINE}/power/state"): _LOOK,
    ("POST", f"{_MACHINE}/power"): Access("machine-power", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/power/live"): Access("machine-ipmi-reboot-on-live", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/power/disk"): Access("machine-ipmi-reboot-on-hdd", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/bmc"): Access("machine-set", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/bmc/check"): _FORM,
    ("POST", f"{_MACHINE}/bmc/address"): Access("machine-ipmi-assign-ip", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/bmc/programming"): Access("machine-apply-ipmi", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/bmc/password"): Access(
        "machine-renew-ipmi-password", _OPERATE, "machine"
    ),
    ("POST", f"{_MACHINE}/bmc/lan-access"): Access(
        "machine-activate-ipmi-over-lan", _OPERATE, "machine"
    ),
    ("POST", f"{_MACHINE}/bmc/command"): Access("machine-ipmi-cmd", _OPERATE, "machine"),
    ("POST", "/oci/bmc-addresses"): Access("ipmi-assign-check", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/bmc/adoption"): Access("machine-ipmi-adopt", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/rack"): _LOOK,
    ("POST", f"{_MACHINE}/rack"): Access("machine-set", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/rack/check"): _FORM,
    ("POST", f"{_MACHINE}/rack/guess"): Access("machine-auto-rack", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/replace"): _FORM,
    ("POST", f"{_MACHINE}/replace"): Access("machine-replace", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/report-counter"): Access(
        "machine-report-counter-reset", _OPERATE, "machine"
    ),
    ("GET", f"{_MACHINE}/rings"): _LOOK,
    ("POST", f"{_MACHINE}/rings"): Access("swift-add-machine-to-ring", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/rings/plan"): _FORM,
    ("POST", f"{_MACHINE}/plugin-calls/retry"): Access(
        "machine-retry-plugins", _OPERATE, "machine"
    ),
    ("GET", f"{_MACHINE}/settings"): _LOOK,
    ("POST", f"{_MACHINE}/settings"): Access("machine-set", _OPERATE, "machine"),
    ("POST", f"{_MACHINE}/settings/plan"): _FORM,
    ("GET", "/oci/racks"): _LOOK,
    ("POST", "/oci/machine-actions"): _FORM,
    ("POST", "/oci/machine-actions/plan"): _FORM,
    ("POST", "/oci/machine-actions/enrol"): Access("machine-add", _OPERATE, "machine"),
    ("POST", "/oci/machine-actions/install"): Access("machine-install-os", _OPERATE, "machine"),
    ("POST", "/oci/machine-actions/live"): Access("machine-reboot-on-live", _OPERATE, "machine"),
    ("POST", "/oci/machine-actions/remove"): Access("machine-remove", _OPERATE, "machine"),
    ("GET", "/oci/clusters"): _LOOK,
    ("GET", "/oci/clusters/new"): _FORM,
    ("POST", "/oci/clusters/new"): Access("cluster-create", _OPERATE, "cluster"),
    ("POST", "/oci/clusters/check"): _FORM,
    ("GET", _CLUSTER): _LOOK,
    ("GET", f"{_CLUSTER}/services"): _LOOK,
    ("GET", f"{_CLUSTER}/add"): _LOOK,
    ("GET", f"{_CLUSTER}/installation"): _LOOK,
    ("POST", f"{_CLUSTER}/installation"): Access("cluster-install", _OPERATE, "cluster"),
    ("GET", f"{_CLUSTER}/settings"): _LOOK,
    ("POST", f"{_CLUSTER}/settings"): Access("cluster-set", _OPERATE, "cluster"),
    ("POST", f"{_CLUSTER}/settings/plan"): _FORM,
    ("GET", f"{_CLUSTER}/plan"): _LOOK,
    ("POST", f"{_CLUSTER}/plan"): Access("cluster-plan", _READ, "cluster"),
    ("GET", f"{_CLUSTER}/rings"): _LOOK,
    ("POST", f"{_CLUSTER}/rings/plan"): _FORM,
    ("POST", f"{_CLUSTER}/rings"): Access("swift-calculate-ring", _OPERATE, "cluster"),
    ("POST", f"{_CLUSTER}/rings/publish"): Access("swift-publish-ring", _OPERATE, "cluster"),
    ("GET", f"{_CLUSTER}/rings/weights"): _LOOK,
    ("POST", f"{_CLUSTER}/rings/weights"): Access("swift-calculate-ring", _OPERATE, "cluster"),
    ("POST", f"{_CLUSTER}/rings/weights/plan"): _FORM,
    ("GET", f"{_CLUSTER}/details"): _LOOK,
    ("POST", f"{_CLUSTER}/details/counters"): Access("cluster-rolecounts-set", _OPERATE, "cluster"),
    ("POST", f"{_CLUSTER}/details/counters/check"): _FORM,
    ("POST", f"{_CLUSTER}/details/log-hosts"): Access(
        "filebeat-output-host-create", _OPERATE, "cluster"
    ),
    ("POST", f"{_CLUSTER}/details/log-hosts/check"): _FORM,
    ("POST", f"{_CLUSTER}/details/log-hosts/{{hostname}}/{{port}}/delete"): Access(
        "filebeat-output-host-delete", _OPERATE, "cluster"
    ),
    ("GET", f"{_CLUSTER}/certificate"): _LOOK,
    ("POST", f"{_CLUSTER}/certificate"): Access("cluster-certificate-set", _ADMINISTER, "cluster"),
    ("POST", f"{_CLUSTER}/certificate/check"): _ADMIN,
    ("POST", f"{_CLUSTER}/certificate/delete"): Access(
        "cluster-certificate-delete", _ADMINISTER, "cluster"
    ),
    ("POST", f"{_CLUSTER}/certificate-rollout"): Access(
        "oci-update-cluster-certs", _OPERATE, "cluster"
    ),
    ("POST", f"{_CLUSTER}/certificate-rollout/abandon"): Access(
        "oci-update-cluster-certs --abandon", _OPERATE, "cluster"
    ),
    ("GET", f"{_CLUSTER}/file"): _LOOK,
    ("GET", "/oci/cluster-files"): _FORM,
    ("POST", "/oci/cluster-files"): Access("cluster-apply", _OPERATE, "cluster file"),
    ("POST", "/oci/cluster-files/plan"): _FORM,
    ("GET", f"{_CLUSTER}/openrc"): Access("cluster-openrc", _ADMINISTER, "cluster", discloses=True),
    ("POST", f"{_CLUSTER}/delete"): Access("cluster-delete", _OPERATE, "cluster"),
    ("GET", "/oci/networks"): _LOOK,
    ("GET", "/oci/networks/new"): _FORM,
    ("POST", "/oci/networks/new"): Access("network-create", _OPERATE, "network"),
    ("POST", "/oci/networks/check"): _FORM,
    ("GET", _NETWORK): _LOOK,
    ("GET", f"{_NETWORK}/change"): _FORM,
    ("POST", f"{_NETWORK}/change"): Access("network-set", _OPERATE, "network"),
    ("POST", f"{_NETWORK}/change/plan"): _FORM,
    ("POST", f"{_NETWORK}/reservations"): Access("address-reservation-create", _OPERATE, "network"),
    ("POST", f"{_NETWORK}/reservations/check"): _FORM,
    ("POST", f"{_NETWORK}/reservations/{{first_ip}}"): Access(
        "address-reservation-set", _OPERATE, "network"
    ),
    ("POST", f"{_NETWORK}/reservations/{{first_ip}}/delete"): Access(
        "address-reservation-delete", _OPERATE, "network"
    ),
    ("POST", f"{_NETWORK}/assign"): Access("network-add", _OPERATE, "network"),
    ("POST", f"{_NETWORK}/assign/plan"): _FORM,
    ("POST", f"{_NETWORK}/release"): Access("network-remove", _OPERATE, "network"),
    ("POST", f"{_NETWORK}/delete"): Access("network-delete", _OPERATE, "network"),
    ("GET", "/oci/roles"): _LOOK,
    ("POST", "/oci/roles"): Access("role-create", _OPERATE, "site role"),
    ("POST", "/oci/roles/check"): _FORM,
    ("POST", "/oci/roles/{name}"): Access("role-set", _OPERATE, "site role"),
    ("POST", "/oci/roles/{name}/delete"): Access("role-delete", _OPERATE, "site role"),
    ("GET", "/oci/locations"): _LOOK,
    ("POST", "/oci/locations"): Access("location-create", _OPERATE, "location"),
    ("POST", "/oci/locations/check"): _FORM,
    ("POST", "/oci/locations/{name}"): Access("location-set", _OPERATE, "location"),
    ("POST", "/oci/locations/{name}/delete"): Access("location-delete", _OPERATE, "location"),
    ("POST", "/oci/swift-regions"): Access("swift-region-create", _OPERATE, "swift region"),
    ("POST", "/oci/swift-regions/check"): _FORM,
    ("POST", "/oci/swift-regions/{name}"): Access("swift-region-set", _OPERATE, "swift region"),
    ("POST", "/oci/swift-regions/{name}/delete"): Access(
        "swift-region-delete", _OPERATE, "swift region"
    ),
    ("GET", "/oci/events"): _LOOK,
    ("GET", "/oci/health"): _LOOK,
    ("GET", "/oci/certificates"): _LOOK,
    ("POST", "/oci/certificates/{name}/renew"): Access(
        "certificate-renew", _OPERATE, "certificate"
    ),
    ("GET", "/oci/passwords"): _ADMIN,
    ("GET", "/oci/passwords/{password_id}"): _ADMIN,
    ("POST", "/oci/passwords/{password_id}"): Access("password-set", _ADMINISTER, "secret"),
    ("POST", "/oci/passwords/{password_id}/reveal"): Access(
        "password-show", _ADMINISTER, "secret", discloses=True
    ),
    ("GET", "/oci/account"): _MINE,
    ("POST", "/oci/account/password"): Access("user-password", _OWN, "user"),
    ("POST", "/oci/account/tokens"): Access("token-create", _OWN, "api token"),
    ("POST", "/oci/account/tokens/{name}/delete"): Access("token-delete", _OWN, "api token"),
    ("GET", "/oci/users"): _ADMIN,
    ("POST", "/oci/users"): Access("user-create", _ADMINISTER, "user"),
    ("POST", "/oci/users/check"): _ADMIN,
    ("GET", "/oci/users/{login}"): _ADMIN,
    ("POST", "/oci/users/{login}"): Access("user-set", _ADMINISTER, "user"),
    ("POST", "/oci/users/{login}/delete"): Access("user-delete", _ADMINISTER, "user"),
    ("GET", "/oci/audit"): Access("audit-list", _ADMINISTER, "audit record"),
}
