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


_LOOK = Access("page", _READ, "page")
_FORM = Access("page", _OPERATE, "page")
"""Forms, and trying out what they would do."""
_ADMIN = Access("page", _ADMINISTER, "page")

_MACHINE = "/oci/machines/{name}"

PAGES: dict[tuple[str, str], Access] = {
    ("GET", "/oci/"): _LOOK,
    ("GET", "/oci/stream"): _LOOK,
    ("GET", "/oci/machines"): _LOOK,
    ("GET", _MACHINE): _LOOK,
    ("GET", f"{_MACHINE}/log"): _LOOK,
    ("GET", f"{_MACHINE}/enrol"): _FORM,
    ("POST", f"{_MACHINE}/enrol"): Access("machine-add", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/install"): _FORM,
    ("POST", f"{_MACHINE}/install"): Access("machine-install-os", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/live"): _FORM,
    ("POST", f"{_MACHINE}/live"): Access("machine-reboot-on-live", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/remove"): _FORM,
    ("POST", f"{_MACHINE}/remove"): Access("machine-remove", _OPERATE, "machine"),
    ("GET", f"{_MACHINE}/destroy"): _FORM,
    ("POST", f"{_MACHINE}/destroy"): Access("machine-destroy", _OPERATE, "machine"),
    ("POST", "/oci/machine-actions"): _FORM,
    ("POST", "/oci/machine-actions/plan"): _FORM,
    ("POST", "/oci/machine-actions/enrol"): Access("machine-add", _OPERATE, "machine"),
    ("POST", "/oci/machine-actions/install"): Access("machine-install-os", _OPERATE, "machine"),
    ("POST", "/oci/machine-actions/live"): Access("machine-reboot-on-live", _OPERATE, "machine"),
    ("POST", "/oci/machine-actions/remove"): Access("machine-remove", _OPERATE, "machine"),
}
