"""The plan of an installation in lines for people."""

from collections.abc import Callable, Mapping
from typing import Any

Document = Mapping[str, Any]


def disks(found: list[Document]) -> list[str]:
    """Return a line for each disk: what becomes of it, and why."""
    return [
        f"{'ERASED' if disk['erased'] else 'kept'}: {disk['name']} "
        f"({disk['size_bytes'] / 10**9:.1f} GB {disk['kind']}"
        f"{', serial ' + disk['serial'] if disk['serial'] else ''}): "
        f"{disk['use']}; {disk['reason']}"
        for disk in found
    ]


def volumes(found: list[Document]) -> list[str]:
    """Return a line for each partition, array and volume."""
    return [
        " ".join(
            part
            for part in (
                f"{volume['on']}: {volume['name']}: {volume['kind']},",
                f"{volume['size_mib']} MiB" if volume["size_mib"] else "the rest",
                volume["filesystem"],
                f"at {volume['mountpoint']}" if volume["mountpoint"] else "",
            )
            if part
        )
        for volume in found
    ]


def interfaces(found: list[Document]) -> list[str]:
    """Return a line for each interface."""
    return [
        "; ".join(
            part
            for part in (
                f"{interface['name']}: {interface['kind']} {interface['mac']}".rstrip(),
                f"on {', '.join(interface['on'])}" if interface["on"] else "",
                f"mtu {interface['mtu']}" if interface["mtu"] else "",
                *interface["addresses"],
                *(f"gateway {router}" for router in interface["gateways"]),
                *(f"port of {bridge}" for bridge in interface["bridges"]),
                f"network {', '.join(interface['networks'])}" if interface["networks"] else "",
            )
            if part
        )
        for interface in found
    ]


LINES: dict[str, Callable[[list[Any]], list[str]]] = {
    "disks": disks,
    "volumes": volumes,
    "interfaces": interfaces,
    "reasons": list,
    "extra_files": lambda paths: [f"{path}: a file of the site" for path in paths],
    "extra_packages": lambda names: [f"{name}: a package of the site" for name in names],
}
"""How each list of the plan is said."""


def text(plan: Document) -> str:
    """Return a whole plan, a line for each of its facts."""
    facts = [f"{name}: {plan[name]}" for name in ("machine", "hostname", "firmware")]
    return "\n".join([*facts, *(line for name, say in LINES.items() for line in say(plan[name]))])
