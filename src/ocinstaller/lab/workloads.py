"""What a user does with a cloud, as a table of checks in their order."""

from collections.abc import Callable
from dataclasses import dataclass

from ocinstaller.lab import server_checks, volume_checks
from ocinstaller.lab.tenant import Tenant, require

IMAGE_BLOCKS = 4099
"""About a mebibyte, of no round size."""
SUBNET = "192.168.77.0/24"
PAYLOAD = "what only the project knows"

WORDS_LENGTH = 12
STACK = f"""\
heat_template_version: 2021-04-16
resources:
  words: {{type: "OS::Heat::RandomString", properties: {{length: {WORDS_LENGTH}}}}}
  net: {{type: "OS::Neutron::Net"}}
outputs:
  words: {{value: {{get_attr: [words, value]}}}}
"""


@dataclass(frozen=True)
class Check:
    """One thing that a user does.

    :ivar work: does it and says what came of it.
    :ivar after: titles of the checks whose work it needs.
    :ivar service: type of the service in the catalogue without which there is nothing to check.
    """

    title: str
    work: Callable[[Tenant], str]
    after: tuple[str, ...] = ()
    service: str = ""


def _project(tenant: Tenant) -> str:
    administrator = tenant.admin.credentials()["OS_USERNAME"]
    tenant.admin("project", "create", tenant.name)
    tenant.later(tenant.admin, "project", "delete", tenant.name)
    tenant.admin("role", "add", "--user", administrator, "--project", tenant.name, "member")
    tenant.user("token", "issue")
    return f"{len(tenant.services)} services in the catalogue"


def _image(tenant: Tenant) -> str:
    path, digest = tenant.file("image", blocks=IMAGE_BLOCKS)
    raw = ("--disk-format", "raw", "--container-format", "bare", "--file", path)
    tenant.user("image", "create", *raw, tenant.name)
    tenant.later(tenant.user, "image", "delete", tenant.name)
    back = f"{path}.back"
    tenant.user("image", "save", "--file", back, tenant.name)
    require(tenant.digest(back) == digest, "the image came back changed")
    return "uploaded, downloaded, identical"


def _agents(tenant: Tenant) -> str:
    computing = {row["Host"] for row in tenant.admin.ask("compute", "service", "list")}

    def alive() -> list[dict[str, str]]:
        found: list[dict[str, str]] = tenant.admin.ask("network", "agent", "list")
        whole = computing <= {row["Host"] for row in found} and all(row["Alive"] for row in found)
        return found if whole else []

    found = tenant.wait_for("not every machine of Nova has living agents of Neutron", alive)
    return f"{len(found)} alive on {len({row['Host'] for row in found})} machines"


def _network(tenant: Tenant) -> str:
    user, name = tenant.user, tenant.name
    user("network", "create", name)
    tenant.later(user, "network", "delete", name)
    user("subnet", "create", "--network", name, "--subnet-range", SUBNET, name)
    tenant.later(user, "subnet", "delete", name)
    user("router", "create", name)
    tenant.later(user, "router", "delete", name)
    user("router", "add", "subnet", name, name)
    tenant.later(user, "router", "remove", "subnet", name, name)
    ports = ("port", "list", "--network", name, "--long")

    def served() -> bool:
        rows = tenant.admin.ask(*ports)
        dhcp = [row for row in rows if row["Device Owner"] == "network:dhcp"]
        return bool(dhcp) and all(row["Status"] == "ACTIVE" for row in dhcp)

    tenant.wait_for("no DHCP agent serves the network", served)

    def routed() -> list[str]:
        rows = tenant.admin.ask("network", "agent", "list", "--router", name)
        return sorted(row["Host"] for row in rows)

    where = tenant.wait_for("no agent has the router", routed)
    return f"{SUBNET}; DHCP's ports are active, the router is on {', '.join(where)}"


def _flavor(tenant: Tenant) -> str:
    size = ("--ram", "64", "--disk", "1", "--vcpus", "1")
    tenant.admin("flavor", "create", *size, tenant.name)
    tenant.later(tenant.admin, "flavor", "delete", tenant.name)
    return "64 MiB, 1 processor"


def _hypervisors(tenant: Tenant) -> str:
    def mapped() -> list[str]:
        rows = tenant.admin.ask("hypervisor", "list")
        return [row["Hypervisor Hostname"] for row in rows if row["State"] == "up"]

    found = tenant.wait_for("the scheduler has found no compute machine", mapped)
    kinds = {tenant.admin.ask("hypervisor", "show", name)["hypervisor_type"] for name in found}
    return f"{', '.join(found)} ({', '.join(sorted(kinds))})"


def _server(tenant: Tenant) -> str:
    user, name = tenant.user, tenant.name
    parts = ("--flavor", name, "--image", name, "--network", name)
    tenant.later(user, "server", "delete", "--wait", name)
    user("server", "create", *parts, "--wait", name)
    found = user.ask("server", "show", name)
    require(found["status"] == "ACTIVE", f"the server is {found['status']}")
    return f"ACTIVE at {found['addresses']}"


def _secret(tenant: Tenant) -> str:
    stored = tenant.user.ask("secret", "store", "--name", tenant.name, "--payload", PAYLOAD)
    href = stored["Secret href"]
    tenant.later(tenant.user, "secret", "delete", href)
    back = tenant.user.ask("secret", "get", "--payload", href)["Payload"]
    require(back == PAYLOAD, "the secret came back changed")
    return "stored, read, identical"


def _stack(tenant: Tenant) -> str:
    path, _ = tenant.file("stack.yaml", text=STACK)
    tenant.later(tenant.user, "stack", "delete", "--yes", "--wait", tenant.name)
    tenant.user("stack", "create", "--template", path, "--wait", tenant.name)
    found = tenant.user.ask("stack", "output", "show", tenant.name, "words")
    require(
        len(found["output_value"]) == WORDS_LENGTH,
        f"the stack's output is {found['output_value']!r}",
    )
    return "CREATE_COMPLETE with a network and an output"


def _object(tenant: Tenant) -> str:
    user, name = tenant.user, tenant.name
    path, digest = tenant.file("object", blocks=IMAGE_BLOCKS)
    user("container", "create", name)
    tenant.later(user, "container", "delete", "--recursive", name)
    user("object", "create", name, path, "--name", "object")
    back = f"{path}.back"
    user("object", "save", name, "object", "--file", back)
    require(tenant.digest(back) == digest, "the object came back changed")
    return "uploaded, downloaded, identical"


PROJECT, IMAGE, NETWORK, FLAVOR = "project and token", "image", "network", "flavor"
HYPERVISORS, AGENTS, SERVER = "compute machines", "network agents", "server"
VOLUME = "volume"

CHECKS = (
    Check(PROJECT, _project),
    Check(IMAGE, _image, (PROJECT,), "image"),
    Check(NETWORK, _network, (PROJECT,), "network"),
    Check(FLAVOR, _flavor, (PROJECT,), "compute"),
    Check(HYPERVISORS, _hypervisors, (PROJECT,), "compute"),
    Check(AGENTS, _agents, (HYPERVISORS,), "network"),
    Check(SERVER, _server, (IMAGE, NETWORK, FLAVOR, AGENTS), "compute"),
    Check("console", server_checks.console, (SERVER,), "compute"),
    Check("live migration", server_checks.migration, (SERVER,), "compute"),
    Check("outside", server_checks.outside, (NETWORK,), "network"),
    Check("secret", _secret, (PROJECT,), "key-manager"),
    Check("stack", _stack, (NETWORK,), "orchestration"),
    Check("object", _object, (PROJECT,), "object-store"),
    Check("volume services", volume_checks.services, (PROJECT,), "block-storage"),
    Check(VOLUME, volume_checks.empty, ("volume services",), "block-storage"),
    Check("larger volume", volume_checks.larger, (VOLUME,), "block-storage"),
    Check("snapshot of the volume", volume_checks.snapshot, (VOLUME,), "block-storage"),
    Check("volume from the image", volume_checks.from_image, (IMAGE, VOLUME), "block-storage"),
)
