"""What each request of an operator is called in the audit, and the permission that it takes.

The one place: a route that is not here is refused to everybody, and a test names it. Routes that
are not operators' prove who asks in other ways, which `PROVEN_OTHERWISE` names.
"""

from ocinstaller.api.page_permissions import PAGES, Access
from ocinstaller.model.access import Permission

_OWN, _READ, _OPERATE, _ADMINISTER = Permission


ROUTES: dict[tuple[str, str], Access] = {
    ("GET", "/v1/roles"): Access("role-list", _READ, "role"),
    ("GET", "/v1/roles/{name}"): Access("role-show", _READ, "role"),
    ("POST", "/v1/roles"): Access("role-create", _OPERATE, "site role"),
    ("PATCH", "/v1/roles/{name}"): Access("role-set", _OPERATE, "site role"),
    ("DELETE", "/v1/roles/{name}"): Access("role-delete", _OPERATE, "site role"),
    ("GET", "/v1/swift-regions"): Access("swift-region-list", _READ, "swift region"),
    ("GET", "/v1/swift-regions/{name}"): Access("swift-region-show", _READ, "swift region"),
    ("POST", "/v1/swift-regions"): Access("swift-region-create", _OPERATE, "swift region"),
    ("PATCH", "/v1/swift-regions/{name}"): Access("swift-region-set", _OPERATE, "swift region"),
    ("DELETE", "/v1/swift-regions/{name}"): Access("swift-region-delete", _OPERATE, "swift region"),
    ("GET", "/v1/locations"): Access("location-list", _READ, "location"),
    ("GET", "/v1/locations/{name}"): Access("location-show", _READ, "location"),
    ("POST", "/v1/locations"): Access("location-create", _OPERATE, "location"),
    ("PATCH", "/v1/locations/{name}"): Access("location-set", _OPERATE, "location"),
    ("DELETE", "/v1/locations/{name}"): Access("location-delete", _OPERATE, "location"),
    ("GET", "/v1/networks"): Access("network-list", _READ, "network"),
    ("GET", "/v1/networks/{name}"): Access("network-show", _READ, "network"),
    ("POST", "/v1/networks"): Access("network-create", _OPERATE, "network"),
    ("DELETE", "/v1/networks/{name}"): Access("network-delete", _OPERATE, "network"),
    ("PATCH", "/v1/networks/{name}"): Access("network-set", _OPERATE, "network"),
    ("GET", "/v1/networks/{name}/reservations"): Access(
        "address-reservation-list", _READ, "network"
    ),
    ("POST", "/v1/networks/{name}/reservations"): Access(
        "address-reservation-create", _OPERATE, "network"
    ),
    ("PATCH", "/v1/networks/{name}/reservations/{first_ip}"): Access(
        "address-reservation-set", _OPERATE, "network"
    ),
    ("DELETE", "/v1/networks/{name}/reservations/{first_ip}"): Access(
        "address-reservation-delete", _OPERATE, "network"
    ),
    ("PUT", "/v1/networks/{name}/assignment"): Access("network-add", _OPERATE, "network"),
    ("DELETE", "/v1/networks/{name}/assignment"): Access("network-remove", _OPERATE, "network"),
    ("GET", "/v1/clusters"): Access("cluster-list", _READ, "cluster"),
    ("POST", "/v1/clusters"): Access("cluster-create", _OPERATE, "cluster"),
    ("GET", "/v1/clusters/{name}"): Access("cluster-show", _READ, "cluster"),
    ("DELETE", "/v1/clusters/{name}"): Access("cluster-delete", _OPERATE, "cluster"),
    ("GET", "/v1/clusters/{name}/role-counts"): Access("cluster-rolecounts-list", _READ, "cluster"),
    ("PUT", "/v1/clusters/{name}/role-counts/{role}"): Access(
        "cluster-rolecounts-set", _OPERATE, "cluster"
    ),
    ("GET", "/v1/clusters/{name}/filebeat-hosts"): Access(
        "filebeat-output-host-list", _READ, "cluster"
    ),
    ("POST", "/v1/clusters/{name}/filebeat-hosts"): Access(
        "filebeat-output-host-create", _OPERATE, "cluster"
    ),
    ("DELETE", "/v1/clusters/{name}/filebeat-hosts/{hostname}/{port}"): Access(
        "filebeat-output-host-delete", _OPERATE, "cluster"
    ),
    ("GET", "/v1/machines/{name}/addresses"): Access("machine-ip-list", _READ, "machine"),
    ("POST", "/v1/machines/{name}/addresses"): Access("machine-ip-add", _OPERATE, "machine"),
    ("DELETE", "/v1/machines/{name}/addresses/{ip}"): Access(
        "machine-ip-remove", _OPERATE, "machine"
    ),
    ("POST", "/v1/machines/{name}/replacement"): Access("machine-replace", _OPERATE, "machine"),
    ("DELETE", "/v1/machines/{name}/report-counter"): Access(
        "machine-report-counter-reset", _OPERATE, "machine"
    ),
    ("GET", "/v1/settings/{scope}"): Access("setting-list", _READ, "setting"),
    ("GET", "/v1/clusters/{name}/settings"): Access("cluster-settings", _READ, "cluster"),
    ("PATCH", "/v1/clusters/{name}/settings"): Access("cluster-set", _OPERATE, "cluster"),
    ("GET", "/v1/machines/{name}/settings"): Access("machine-settings", _READ, "machine"),
    ("PATCH", "/v1/machines/{name}/settings"): Access("machine-set", _OPERATE, "machine"),
    ("GET", "/v1/machines"): Access("machine-list", _READ, "machine"),
    ("GET", "/v1/machine-table"): Access("machine-list", _READ, "machine"),
    ("GET", "/v1/machines/{name}"): Access("machine-show", _READ, "machine"),
    ("DELETE", "/v1/machines/{name}"): Access("machine-destroy", _OPERATE, "machine"),
    ("PUT", "/v1/machines/{name}/enrolment"): Access("machine-add", _OPERATE, "machine"),
    ("DELETE", "/v1/machines/{name}/enrolment"): Access("machine-remove", _OPERATE, "machine"),
    ("GET", "/v1/machines/{name}/racking"): Access("machine-guess-racking", _READ, "machine"),
    ("POST", "/v1/machines/{name}/racking"): Access("machine-auto-rack", _OPERATE, "machine"),
    ("GET", "/v1/hardware-profiles"): Access("profile-list", _READ, "hardware profile"),
    ("GET", "/v1/site-documents/{name}"): Access("site-document-show", _READ, "site document"),
    ("PUT", "/v1/site-documents/{name}"): Access("site-document-set", _OPERATE, "site document"),
    ("GET", "/v1/machines/{name}/profile"): Access("machine-guessed-profile", _READ, "machine"),
    ("POST", "/v1/machines/{name}/automatic-enrolment"): Access(
        "machine-auto-add", _OPERATE, "machine"
    ),
    ("POST", "/v1/machines/{name}/installation"): Access("machine-install-os", _OPERATE, "machine"),
    ("GET", "/v1/machines/{name}/installation/plan"): Access(
        "machine-install-os --plan", _READ, "machine"
    ),
    ("GET", "/v1/machines/{name}/installation/log"): Access(
        "machine-install-log", _READ, "machine"
    ),
    ("POST", "/v1/machines/{name}/live"): Access("machine-reboot-on-live", _OPERATE, "machine"),
    ("POST", "/v1/machines/{name}/disk"): Access("machine-reboot-on-hdd", _OPERATE, "machine"),
    ("POST", "/v1/machines/{name}/wipe"): Access("machine-wipe", _OPERATE, "machine"),
    ("POST", "/v1/machines/{name}/reinstallation"): Access(
        "machine-reinstall", _OPERATE, "machine"
    ),
    ("POST", "/v1/machines/{name}/release"): Access("machine-release", _OPERATE, "machine"),
    ("GET", "/v1/machines/{name}/orders"): Access("machine-orders", _READ, "machine"),
    ("DELETE", "/v1/machines/{name}/orders/{order_id}"): Access(
        "machine-order-cancel", _OPERATE, "machine"
    ),
    ("GET", "/v1/machines/{name}/power"): Access("machine-power", _READ, "machine"),
    ("POST", "/v1/machines/{name}/power"): Access("machine-power", _OPERATE, "machine"),
    ("POST", "/v1/machines/{name}/power/live"): Access(
        "machine-ipmi-reboot-on-live", _OPERATE, "machine"
    ),
    ("POST", "/v1/machines/{name}/power/disk"): Access(
        "machine-ipmi-reboot-on-hdd", _OPERATE, "machine"
    ),
    ("GET", "/v1/machines/{name}/console"): Access("machine-console", _READ, "machine"),
    ("POST", "/v1/machines/{name}/bmc/address"): Access(
        "machine-ipmi-assign-ip", _OPERATE, "machine"
    ),
    ("POST", "/v1/bmc-addresses"): Access("ipmi-assign-check", _OPERATE, "machine"),
    ("POST", "/v1/machines/{name}/bmc/command"): Access("machine-ipmi-cmd", _OPERATE, "machine"),
    ("POST", "/v1/machines/{name}/bmc/programming"): Access(
        "machine-apply-ipmi", _OPERATE, "machine"
    ),
    ("POST", "/v1/machines/{name}/bmc/password"): Access(
        "machine-renew-ipmi-password", _OPERATE, "machine"
    ),
    ("POST", "/v1/machines/{name}/bmc/lan-access"): Access(
        "machine-activate-ipmi-over-lan", _OPERATE, "machine"
    ),
    ("POST", "/v1/machines/{name}/bmc/adoption"): Access("machine-ipmi-adopt", _OPERATE, "machine"),
    ("GET", "/v1/machines/{name}/plugin-calls"): Access("machine-plugins", _READ, "machine"),
    ("POST", "/v1/machines/{name}/plugin-calls/retry"): Access(
        "machine-retry-plugins", _OPERATE, "machine"
    ),
    ("PUT", "/v1/machines/{name}/dns"): Access("machine-to-dns", _OPERATE, "machine"),
    ("DELETE", "/v1/machines/{name}/dns"): Access("machine-out-of-dns", _OPERATE, "machine"),
    ("PUT", "/v1/machines/{name}/monitoring"): Access("machine-to-monitoring", _OPERATE, "machine"),
    ("DELETE", "/v1/machines/{name}/monitoring"): Access(
        "machine-out-of-monitoring", _OPERATE, "machine"
    ),
    ("PUT", "/v1/machines/{name}/root-password"): Access(
        "machine-gen-root-pass", _OPERATE, "machine"
    ),
    ("DELETE", "/v1/machines/{name}/root-password"): Access(
        "machine-forget-root-pass", _OPERATE, "machine"
    ),
    ("GET", "/v1/clusters/{name}/explanation"): Access("cluster-explain", _READ, "cluster"),
    ("GET", "/v1/machines/{name}/explanation"): Access("machine-explain", _READ, "machine"),
    ("POST", "/v1/clusters/{name}/plan"): Access("cluster-plan", _READ, "cluster"),
    ("GET", "/v1/clusters/{name}/installation"): Access("cluster-installation", _READ, "cluster"),
    ("POST", "/v1/clusters/{name}/installation"): Access("cluster-install", _OPERATE, "cluster"),
    ("GET", "/v1/clusters/{name}/openrc"): Access(
        "cluster-openrc", _ADMINISTER, "cluster", discloses=True
    ),
    ("GET", "/v1/clusters/{name}/file"): Access("cluster-export", _READ, "cluster"),
    ("POST", "/v1/cluster-files/plan"): Access("cluster-plan", _READ, "cluster file"),
    ("POST", "/v1/cluster-files/apply"): Access("cluster-apply", _OPERATE, "cluster file"),
    ("GET", "/v1/clusters/{name}/rings"): Access("swift-ring-show", _READ, "cluster"),
    ("POST", "/v1/clusters/{name}/rings/calculation"): Access(
        "swift-calculate-ring", _OPERATE, "cluster"
    ),
    ("POST", "/v1/clusters/{name}/rings/publication"): Access(
        "swift-publish-ring", _OPERATE, "cluster"
    ),
    ("POST", "/v1/machines/{name}/rings/calculation"): Access(
        "swift-add-machine-to-ring", _OPERATE, "machine"
    ),
    ("GET", "/v1/clusters/{name}/certificate"): Access(
        "cluster-certificate-show", _READ, "cluster"
    ),
    ("PUT", "/v1/clusters/{name}/certificate"): Access(
        "cluster-certificate-set", _ADMINISTER, "cluster"
    ),
    ("DELETE", "/v1/clusters/{name}/certificate"): Access(
        "cluster-certificate-delete", _ADMINISTER, "cluster"
    ),
    ("GET", "/v1/clusters/{name}/certificate-rollout"): Access(
        "certificate-rollout-show", _READ, "cluster"
    ),
    ("POST", "/v1/clusters/{name}/certificate-rollout"): Access(
        "oci-update-cluster-certs", _OPERATE, "cluster"
    ),
    ("DELETE", "/v1/clusters/{name}/certificate-rollout"): Access(
        "oci-update-cluster-certs --abandon", _OPERATE, "cluster"
    ),
    ("GET", "/v1/metrics"): Access("metrics", _READ, "metric"),
    ("GET", "/v1/certificates"): Access("certificate-list", _READ, "certificate"),
    ("POST", "/v1/certificates/{name}/renewal"): Access(
        "certificate-renew", _OPERATE, "certificate"
    ),
    ("GET", "/v1/passwords"): Access("password-list", _ADMINISTER, "secret"),
    ("GET", "/v1/passwords/{password_id}"): Access(
        "password-show", _ADMINISTER, "secret", discloses=True
    ),
    ("PUT", "/v1/passwords/{password_id}"): Access("password-set", _ADMINISTER, "secret"),
    ("PUT", "/v1/me/password"): Access("user-password", _OWN, "user"),
    ("GET", "/v1/tokens"): Access("token-list", _OWN, "api token"),
    ("POST", "/v1/tokens"): Access("token-create", _OWN, "api token"),
    ("DELETE", "/v1/tokens/{name}"): Access("token-delete", _OWN, "api token"),
    ("GET", "/v1/users"): Access("user-list", _ADMINISTER, "user"),
    ("POST", "/v1/users"): Access("user-create", _ADMINISTER, "user"),
    ("GET", "/v1/users/{login}"): Access("user-show", _ADMINISTER, "user"),
    ("PATCH", "/v1/users/{login}"): Access("user-set", _ADMINISTER, "user"),
    ("DELETE", "/v1/users/{login}"): Access("user-delete", _ADMINISTER, "user"),
    ("GET", "/v1/events"): Access("event-list", _READ, "event"),
    ("GET", "/v1/audit"): Access("audit-list", _ADMINISTER, "audit record"),
    **PAGES,
}

PROVEN_OTHERWISE = {
    "/": "leads to the pages, shows nothing",
    "/oci": "leads to the pages, shows nothing",
    "/health": "open to monitoring: version and schema only",
    "/oci/login": "takes the login and password of the web pages",
    "/oci/preferences": "keeps language and colours in the browser",
    "/oci/static/": "style sheet and scripts, the same for everybody",
    "/oci/logout": "ends the session of the request, if there is one",
    "/oci/variables.json": "open: the names and defaults of settings",
    "/oci/api.php": "login and password, as for the same action below `/v1` ([table](compat.md))",
    "/node/v1/": "the key of the machine",
    "/puppet/v1/": "the token of the puppetserver",
}
"""Paths (those ending with a slash: everything below them) and who may ask for what there."""
