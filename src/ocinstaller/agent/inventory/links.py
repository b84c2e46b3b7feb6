"""Network interfaces from `ip`."""

from dataclasses import dataclass

from pydantic import BaseModel, Field, TypeAdapter

from ocinstaller.agent.command import Run
from ocinstaller.agent.errors import CommandError
from ocinstaller.agent.inventory.source import Source, clip, understand
from ocinstaller.model.hardware import Nic

ARGV = ("ip", "-json", "-details", "address", "show")
TIMEOUT_S = 10.0


class _Address(BaseModel):
    local: str | None = None
    prefixlen: int = 0


class _Kind(BaseModel):
    info_kind: str | None = None


class _Link(BaseModel):
    ifname: str
    link_type: str = ""
    flags: list[str] = []
    address: str = ""
    permaddr: str | None = None
    parentbus: str | None = None
    linkinfo: _Kind = _Kind()
    addr_info: list[_Address] = Field(default_factory=list)


_ANSWER = TypeAdapter(list[_Link])


@dataclass(frozen=True, slots=True)
class Link:
    """A physical interface; `nic` lacks what other collectors know."""

    nic: Nic
    up: bool
    """Whether it was switched on; an interface that is off sees no carrier."""


@understand
def parse(text: str, *, container: bool = False) -> tuple[Link, ...]:
    """Return the physical interfaces, in a container also its ends of virtual cables.

    :raises CollectorError: not ip's JSON
    """
    return tuple(
        Link(
            nic=Nic(
                name=link.ifname,
                mac=(link.permaddr or link.address).lower(),
                link="LOWER_UP" in link.flags,
                addresses=tuple(
                    clip(f"{address.local}/{address.prefixlen}")
                    for address in link.addr_info
                    if address.local
                ),
            ),
            up="UP" in link.flags,
        )
        for link in _ANSWER.validate_json(text)
        if _is_physical(link, container)
    )


def collect(source: Source) -> tuple[Link, ...]:
    """Run ip."""
    return parse(source.run(ARGV, TIMEOUT_S), container=source.container)


def switch_on(run: Run, link: Link) -> None:
    """Switch an interface on, so that it gets a carrier and hears its switch.

    A driver that refuses has an interface without a cable or firmware: it stays off.
    """
    try:
        run(("ip", "link", "set", "dev", link.nic.name, "up"), TIMEOUT_S)
    except CommandError:
        return


def _is_physical(link: _Link, container: bool) -> bool:
    if link.link_type != "ether":
        return False
    if link.linkinfo.info_kind is not None:
        return container and link.linkinfo.info_kind == "veth" and link.ifname.startswith("eth")
    return link.parentbus is not None
