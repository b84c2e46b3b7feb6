"""Which Puppet classes and parameters a machine receives: a pure function of its snapshot."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ocinstaller.model.errors import Conflict
from ocinstaller.model.openrc import API_CA_FILE
from ocinstaller.model.roles import kind_of
from ocinstaller.model.settings import Value
from ocinstaller.model.text import Text

ROLE_CLASSES = {
    "controller": "ocinstaller::role::controller",
    "compute": "ocinstaller::role::compute",
    "custom": "ocinstaller::role::custom",
    "network": "ocinstaller::role::network",
    "volume": "ocinstaller::role::volume",
    "swiftproxy": "ocinstaller::role::swiftproxy",
    "swiftstore": "ocinstaller::role::swiftstore",
}
"""The roles that can be deployed; a role is added here together with its Puppet class."""

MOST_MACHINES = {"controller": 3}
"""How many machines of a role this version can deploy in a cluster; the others are unlimited."""


@dataclass(frozen=True)
class ApiAddress:
    """The API's virtual address and the controllers' interface that carries it."""

    address: str
    prefix: int
    interface: str


@dataclass(frozen=True)
class NodeSnapshot:
    """Everything that decides on a machine's classes and parameters."""

    cluster_name: str
    domain: str
    region_name: str
    hostname: str
    address: str
    role: str
    is_bootstrap: bool
    initial_cluster_setup: bool
    vip_hostname: str
    vip: ApiAddress | None
    members: Mapping[str, object]
    """What `deployment.members` returns."""
    time_servers: tuple[str, ...]
    deployment: Mapping[str, object]
    """What `deployment.deployment` returns."""
    settings: Mapping[str, Value]
    services: tuple[str, ...]
    """Those that run on the machine."""
    api_ca: str
    """The roots that clients of the API trust, as PEM; empty for OCI's alone."""
    secrets: dict[str, str] = field(repr=False)
    site_classes: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    """The site's own classes and their parameters; they may hold secrets too."""
    extra_packages: tuple[str, ...] = ()
    """Those that the site adds."""


def classify(node: NodeSnapshot) -> str:
    """Return what an external node classifier prints for this machine.

    YAML with one line for each parameter, whose value is JSON: a cluster of thousands is written in
    milliseconds, and Puppet, which takes a bare `::1` for a symbol and `1,000` for a number, finds
    every text in quotes.

    :raises Conflict: as `document`
    """
    lines = ["---", "classes:"]
    given = document(node)
    classes = given.pop("classes")
    assert isinstance(classes, dict)  # noqa: S101 - tells the type checker
    for name, parameters in sorted(classes.items()):
        lines.append(f"  {_text(name)}:")
        lines += [f"    {key}: {_text(value)}" for key, value in sorted((parameters or {}).items())]
    lines += [f"{key}: {_text(value)}" for key, value in sorted(given.items())]
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def document(node: NodeSnapshot) -> dict[str, object]:
    """Return a machine's classes, each with its parameters, and its environment.

    :raises Conflict: when no Puppet class exists for its role, the role needs a virtual address and
        the cluster has none, or the cluster's settings ask for what cannot be deployed
    """
    role_class = check_deployable(node.role)
    if node.role == "controller" and node.vip is None:
        raise Conflict(
            Text(
                "cluster {cluster_name} has no public network for the API's address",
                cluster_name=node.cluster_name,
            ),
            field="network",
            allowed=Text("a public network of role all or controller: use network-add first"),
        )
    if node.role == "swiftproxy" and "haproxy" in node.services:
        raise Conflict(
            Text(
                "cluster {cluster_name}: this version cannot give Swift a name of its own",
                cluster_name=node.cluster_name,
            ),
            field="swift_proxy_hostname",
            allowed=Text("empty: Swift is at /object of the API's address"),
        )
    return {
        "classes": {**node.site_classes, "ocinstaller": _parameters(node), role_class: None},
        "environment": "production",
    }


def check_deployable(role: str) -> str:
    """Return the Puppet class of a role.

    :raises Conflict: when there is none yet
    """
    kind = kind_of(role)
    if kind not in ROLE_CLASSES:
        raise Conflict(
            Text("role {role} cannot be deployed by this version", role=role),
            field="role",
            value=role,
            allowed=", ".join(sorted(ROLE_CLASSES)),
        )
    return ROLE_CLASSES[kind]


def check_count(role: str, count: int) -> None:
    """Refuse a machine more than can be deployed.

    :param count: machines of the role that the cluster would have
    :raises Conflict: naming how many are possible
    """
    most = MOST_MACHINES.get(role, count)
    if count > most:
        raise Conflict(
            Text(
                "role {role}: this version cannot deploy {count} of them in one cluster",
                role=role,
                count=count,
            ),
            field="role",
            value=role,
            allowed=Text("at most {most}", most=most),
        )


def _parameters(node: NodeSnapshot) -> dict[str, object]:
    parameters: dict[str, object] = {
        "cluster_name": node.cluster_name,
        "domain": node.domain,
        "region_name": node.region_name,
        "machine_hostname": node.hostname,
        "machine_address": node.address,
        "role": node.role,
        "is_bootstrap": node.is_bootstrap,
        "initial_cluster_setup": node.initial_cluster_setup,
        "vip_hostname": node.vip_hostname,
        "members": node.members,
        "time_servers": list(node.time_servers),
        **node.deployment,
        "settings": dict(node.settings),
        "secrets": node.secrets,
    }
    if node.extra_packages:
        parameters["extra_packages"] = list(node.extra_packages)
    if node.vip is not None:
        parameters |= {
            "vip_address": node.vip.address,
            "vip_prefix": node.vip.prefix,
            "vip_interface": node.vip.interface,
        }
    if node.api_ca:
        parameters |= {"api_ca": node.api_ca, "api_ca_file": API_CA_FILE}
    return parameters
