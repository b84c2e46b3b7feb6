"""What a user does with volumes: makes them, takes snapshots, makes them larger, fills them."""

from collections.abc import Callable

from ocinstaller.lab.openstack import OpenStack
from ocinstaller.lab.tenant import Tenant, require

PATIENCE_S = 600.0
"""A volume machine may be an emulated one: its commands take several times as long."""
SIZE_GIB, LARGER_GIB = 1, 2


def services(tenant: Tenant) -> str:
    """Every part of the block storage reports."""

    def up() -> list[dict[str, str]]:
        found: list[dict[str, str]] = tenant.admin.ask("volume", "service", "list")
        volumes = [row for row in found if row["Binary"] == "cinder-volume"]
        return found if volumes and all(row["State"] == "up" for row in found) else []

    found = tenant.wait_for("not every service of volumes is up", up, PATIENCE_S)
    return ", ".join(sorted(f"{row['Binary']} on {row['Host']}" for row in found))


def empty(tenant: Tenant) -> str:
    """A volume."""
    _make(tenant, tenant.name)
    return f"{SIZE_GIB} GiB, available"


def snapshot(tenant: Tenant) -> str:
    """A snapshot of the volume, which goes again."""
    user, name = tenant.user, tenant.name
    tenant.later(user, "volume", "snapshot", "delete", "--force", name)
    user("volume", "snapshot", "create", "--volume", name, name)
    _wait(tenant, ("volume", "snapshot"), name, "available")
    return "available"


def larger(tenant: Tenant) -> str:
    """The volume grows."""
    user, name = tenant.user, tenant.name
    user("volume", "set", "--size", str(LARGER_GIB), name)

    def grown() -> bool:
        found = user.ask("volume", "show", name)
        require(not str(found["status"]).startswith("error"), f"the volume is {found['status']}")
        return bool(found["status"] == "available" and found["size"] == LARGER_GIB)

    tenant.wait_for("the volume has not grown", grown, PATIENCE_S)
    return f"{SIZE_GIB} to {LARGER_GIB} GiB"


def from_image(tenant: Tenant) -> str:
    """A volume that a machine can start from."""
    name = f"{tenant.name}-image"
    _make(tenant, name, "--image", tenant.name)
    found = tenant.user.ask("volume", "show", name)
    require(str(found["bootable"]).lower() == "true", "the volume is not bootable")
    return "available and bootable"


def _make(tenant: Tenant, name: str, *options: str) -> None:
    user = tenant.user
    tenant.afterwards(lambda: tenant.wait_for(f"{name} is still there", _gone(user, name)))
    tenant.later(user, "volume", "delete", name)
    user("volume", "create", "--size", str(SIZE_GIB), *options, name)
    _wait(tenant, ("volume",), name, "available")


def _wait(tenant: Tenant, kind: tuple[str, ...], name: str, wanted: str) -> None:
    def reached() -> bool:
        status = str(tenant.user.ask(*kind, "show", name)["status"])
        require(not status.startswith("error"), f"{' '.join(kind)} {name} is {status}")
        return status == wanted

    tenant.wait_for(f"{' '.join(kind)} {name} is not {wanted}", reached, PATIENCE_S)


def _gone(user: OpenStack, name: str) -> Callable[[], bool]:
    return lambda: name not in {row["Name"] for row in user.ask("volume", "list")}
