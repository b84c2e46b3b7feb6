"""Switch ports at the other ends of the cables, from `lldpcli` (format json0)."""

from pydantic import BaseModel

from ocinstaller.agent.inventory.source import Source, clip, understand
from ocinstaller.model.hardware import LldpNeighbour

ARGV = ("lldpcli", "-f", "json0", "show", "neighbors")
TIMEOUT_S = 10.0


class _Value(BaseModel):
    type: str = ""
    value: str = ""


class _Chassis(BaseModel):
    id: list[_Value] = []
    name: list[_Value] = []


class _Port(BaseModel):
    id: list[_Value] = []
    descr: list[_Value] = []


class _Interface(BaseModel):
    name: str
    chassis: list[_Chassis] = []
    port: list[_Port] = []


class _Neighbours(BaseModel):
    interface: list[_Interface] = []


class _Answer(BaseModel):
    lldp: list[_Neighbours]


@understand
def parse(text: str) -> dict[str, LldpNeighbour]:
    """Return the first neighbour of each interface.

    :raises CollectorError: not lldpcli's JSON
    """
    found: dict[str, LldpNeighbour] = {}
    for neighbours in _Answer.model_validate_json(text).lldp:
        for interface in neighbours.interface:
            neighbour = LldpNeighbour(
                switch_hostname=_hostname(interface.chassis), switch_port=_port(interface.port)
            )
            found.setdefault(interface.name, neighbour)
    return found


def collect(source: Source) -> dict[str, LldpNeighbour]:
    """Ask lldpd."""
    return parse(source.run(ARGV, TIMEOUT_S))


def _hostname(chassis: list[_Chassis]) -> str:
    """The switch's name, else its chassis id."""
    values = [value for one in chassis for value in (*one.name, *one.id) if value.value]
    return clip(values[0].value) if values else ""


def _port(ports: list[_Port]) -> str:
    """The port's id, unless that is only an address and the description says more."""
    ids = [value for port in ports for value in port.id if value.value]
    descriptions = [value for port in ports for value in port.descr if value.value]
    named = [value for value in ids if value.type not in {"mac", "ip"}]
    best = [*named, *descriptions, *ids]
    return clip(best[0].value) if best else ""
