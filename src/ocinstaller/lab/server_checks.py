"""What a user does with a virtual machine that is there, and with the world outside."""

from pathlib import Path

from ocinstaller.lab import console_client
from ocinstaller.lab.layout import OUTSIDE
from ocinstaller.lab.tenant import NothingToCheckError, Tenant, require

REAL = "QEMU"
"""What Nova calls the hypervisor that runs virtual machines rather than pretending to."""
MIGRATION_PATIENCE_S = 600.0
_BLOCK_MIGRATION = ("--os-compute-api-version", "2.30")
"""From 2.25 on Nova finds out by itself whether disks have to move too."""


def console(tenant: Tenant) -> str:
    """The server's screen in a browser."""
    found = tenant.user.ask("console", "url", "show", "--novnc", tenant.name)
    script = Path(console_client.__file__).read_text()
    real = REAL in tenant.hypervisors.values()
    size = tenant.user.browse(script, *(() if real else ("page",)), given=found["url"]).strip()
    if not real:
        return "noVNC's page over TLS; there is no screen, Nova only pretends"
    return f"a screen of {size} over TLS"


def migration(tenant: Tenant) -> str:
    """The server moves to another compute machine while it runs."""
    real = [name for name, kind in tenant.hypervisors.items() if kind == REAL]
    if len(real) < 2:  # noqa: PLR2004 - from one to another
        raise NothingToCheckError(f"{len(real)} compute machines that run virtual machines")
    before = _host(tenant)
    tenant.admin(*_BLOCK_MIGRATION, "server", "migrate", "--live-migration", _id(tenant))

    def moved() -> str:
        found = tenant.admin.ask("server", "show", _id(tenant))
        require(found["status"] != "ERROR", "the server is in state ERROR")
        settled = found["status"] == "ACTIVE" and _host(tenant) != before
        return _host(tenant) if settled else ""

    after = tenant.wait_for("the server has not moved", moved, MIGRATION_PATIENCE_S)
    return f"from {before} to {after}, running"


def outside(tenant: Tenant) -> str:
    """The router has an address in the network outside, which answers from there."""
    admin, name = tenant.admin, f"{tenant.name}-outside"
    world, physical = OUTSIDE.network, _physical(tenant)
    kind = ("--provider-network-type", "flat", "--provider-physical-network", physical)
    admin("network", "create", "--external", *kind, name)
    tenant.later(admin, "network", "delete", name)
    pool = f"start={world[100]},end={world[200]}"
    way = ("--subnet-range", str(world), "--gateway", str(OUTSIDE.ip), "--allocation-pool", pool)
    admin("subnet", "create", "--network", name, "--no-dhcp", *way, name)
    tenant.user("router", "set", "--external-gateway", name, tenant.name)
    tenant.later(tenant.user, "router", "unset", "--external-gateway", tenant.name)
    gateway = tenant.user.ask("router", "show", tenant.name)["external_gateway_info"]
    address = str(gateway["external_fixed_ips"][0]["ip_address"])
    tenant.wait_for(f"{address} does not answer", lambda: tenant.admin.reaches(address))
    return f"the router answers at {address}"


def _physical(tenant: Tenant) -> str:
    """The physical network that Open vSwitch's agents lead to."""
    rows = tenant.admin.ask("network", "agent", "list", "--agent-type", "open-vswitch")
    for row in rows:
        shown = tenant.admin.ask("network", "agent", "show", row["ID"])
        mappings = shown["configuration"].get("bridge_mappings", {})
        if mappings:
            return str(next(iter(mappings)))
    raise NothingToCheckError("no machine leads outside")


def _id(tenant: Tenant) -> str:
    return str(tenant.user.ask("server", "show", tenant.name)["id"])


def _host(tenant: Tenant) -> str:
    return str(tenant.admin.ask("server", "show", _id(tenant))["OS-EXT-SRV-ATTR:host"])
