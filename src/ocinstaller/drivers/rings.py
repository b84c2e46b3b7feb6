"""Swift's own ring builder, fed with the devices that a ring is to hold.

A ring of 2^19 partitions takes the builder a minute; hardly any cluster has enough disks to need
so many for an even spread. So the builder works on as few partitions as the disks need, and the
ring repeats each of them: a partition is the first bits of a hash, and those that share the
builder's bits share its devices. When the disks become more, the builder's partitions are split,
which moves nothing. This is also how Swift itself raises a ring's partition power.

Swift brings eventlet along, so only a program that calculates rings imports it: see `prepare`.
"""

import base64
import copy
import gzip
import io
import json
import math
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from threading import Lock
from typing import Any

from ocinstaller.model.rings.assignment import Assignment, movement
from ocinstaller.model.rings.devices import Device, RingKind, RingSpec

_ROWS, _MOVES = "_replica2part2dev", "_last_part_moves"
"""The arrays in the builder's dictionary."""
_MEAN_PARTITIONS = 100
"""Replicas of partitions that a disk of mean weight has at least, so that one more or less is a
percent; also what Swift's deployment guide recommends."""
_SMALLEST_PARTITIONS = 16
_LEAST_POWER = 4
_MOST_EXTRA_POWER = 3
"""Powers of two that disks much smaller than the mean may add."""
OVERLOAD = 0.1
"""How much more than its weight asks for a disk may take, where replicas would otherwise share a
machine or zone; Swift's administrator guide recommends a tenth."""
_RING_MTIME = 1300507380
"""The time that Swift puts into ring files, so that equal rings are equal bytes."""
_GZIP_LEVEL = 6

_builder_lock = Lock()
"""The builder draws from the process's random numbers, whose seed it sets and puts back."""


@dataclass(frozen=True)
class RingState:
    """All that a ring's next calculation needs: the builder's memory.

    :ivar version: grows by one with each calculation after a published one.
    :ivar document: Swift's dictionary of the builder.
    """

    spec: RingSpec
    version: int
    document: dict[str, Any]

    @cached_property
    def assignment(self) -> Assignment:
        """Which devices hold the builder's partitions."""
        devices = {dev["id"]: _device(dev) for dev in self.document["devs"] if dev is not None}
        return Assignment(devices, tuple(self.document[_ROWS]))

    @property
    def repeats(self) -> int:
        """Partitions of the ring for each one of the builder."""
        return 1 << (self.spec.part_power - int(self.document["part_power"]))

    @property
    def dispersion(self) -> float:
        """Swift's measure of replicas that lie too close, in percent; 0 is best."""
        return float(self.document["dispersion"])

    def published(self, now: int) -> "RingState":
        """Return the state of a ring that machines get now: what moves begins to move.

        :param now: seconds since 1970
        """
        return replace(self, document=self.document | {"_last_part_moves_epoch": now})

    def dump(self) -> bytes:
        """Return it as compressed JSON."""
        rows = [_text(row) for row in self.document[_ROWS]]
        document = self.document | {_ROWS: rows, _MOVES: _text(self.document[_MOVES])}
        whole = {"version": self.version, "spec": asdict(self.spec), "builder": document}
        return zlib.compress(json.dumps(whole, sort_keys=True).encode())

    @classmethod
    def load(cls, content: bytes) -> "RingState":
        """Return what `dump` wrote."""
        whole = json.loads(zlib.decompress(content))
        document = whole["builder"]
        document[_ROWS] = [_array("H", text) for text in document[_ROWS]]
        document[_MOVES] = _array("B", document[_MOVES])
        spec = RingSpec(**whole["spec"] | {"kind": RingKind(whole["spec"]["kind"])})
        return cls(spec, whole["version"], document)


@dataclass(frozen=True)
class Calculation:
    """A calculated ring.

    :ivar held_back: replicas of partitions that would move too, had none been moved lately.
    :ivar wait_s: seconds after which they can.
    """

    state: RingState
    held_back: int
    wait_s: int


def prepare() -> None:
    """Import Swift; for the main thread of a program that calculates rings in others.

    eventlet takes a second copy of `threading`, and that gives the importing thread another lock to
    end with: whoever joins the thread, as every interpreter does when it ends, would wait for ever.
    """
    import swift.common.ring  # noqa: F401 - for what importing it does


def calculate(before: RingState | None, spec: RingSpec, devices: Sequence[Device]) -> Calculation:
    """Return the ring that holds these devices, moving no more than that takes.

    The same call gives the same ring.

    :param before: the published ring; None makes the first one
    """
    from swift.common.ring import RingBuilder

    with _builder_lock:
        builder = RingBuilder(_power(spec, devices), spec.replicas, spec.min_part_hours)
        if before is not None:
            power = max(int(before.document["part_power"]), builder.part_power)
            builder.copy_from(_split(copy.deepcopy(before.document), power))
        _apply(builder, spec, devices)
        wait_s = int(builder.min_part_seconds_left)
        eager = copy.deepcopy(builder) if before is not None and wait_s else None
        version = 1 if before is None else before.version + 1
        state = _rebalanced(builder, spec, version)
        if before is None or eager is None:
            return Calculation(state, 0, 0)
        eager.pretend_min_part_hours_passed()
        unhindered = _rebalanced(eager, spec, version)
    held_back = _moved(before, unhindered) - _moved(before, state)
    if held_back <= 0:
        return Calculation(state, 0, 0)
    return Calculation(state, held_back * state.repeats, wait_s)


def ring_file(state: RingState) -> bytes:
    """Return the file that Swift's servers read; equal rings give equal bytes."""
    from swift.common.ring import RingData

    times = state.repeats
    rows = [_repeated(row, times) for row in state.document[_ROWS]]
    devices = [dev and _for_servers(dev) for dev in state.document["devs"]]
    data = RingData(rows, devices, 32 - state.spec.part_power, version=state.version)
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", _GZIP_LEVEL, packed, _RING_MTIME) as file:
        plain = io.BytesIO()
        data.serialize_v1(_ArrayWriter(plain))
        file.write(plain.getbuffer())
    return packed.getvalue()


class _ArrayWriter:
    """What Swift writes a ring to: its arrays insist on real files, which have a number."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def write(self, content: bytes) -> int:
        """Take bytes; `array.tofile` calls it too."""
        return self._target.write(content)


def _power(spec: RingSpec, devices: Sequence[Device]) -> int:
    """Return the power of two of as many partitions as an even spread over the devices needs."""
    weights = [device.weight for device in devices if device.weight > 0]
    usual = math.ceil(math.log2(_MEAN_PARTITIONS * len(weights) / spec.replicas))
    smallest = _SMALLEST_PARTITIONS * sum(weights) / min(weights) / spec.replicas
    power = min(max(usual, math.ceil(math.log2(smallest))), usual + _MOST_EXTRA_POWER)
    return min(spec.part_power, max(power, _LEAST_POWER))


def _split(document: dict[str, Any], power: int) -> dict[str, Any]:
    """Return the builder's memory with each partition split until there are 2^power."""
    times = 1 << (power - int(document["part_power"]))
    if times == 1:
        return document
    return document | {
        "part_power": power,
        "parts": 1 << power,
        _ROWS: [_repeated(row, times) for row in document[_ROWS]],
        _MOVES: _repeated(document[_MOVES], times),
        "_last_part_gather_start": 0,
        "devs": [dev and dev | {"parts": dev["parts"] * times} for dev in document["devs"]],
    }


def _repeated(values: "array[int]", times: int) -> "array[int]":
    """Return each value so many times in a row."""
    size = values.itemsize
    content = values.tobytes()
    pieces = (content[at : at + size] * times for at in range(0, len(content), size))
    return array(values.typecode, b"".join(pieces))


def _apply(builder: Any, spec: RingSpec, devices: Sequence[Device]) -> None:
    """Tell the builder of devices that came, changed and went, and of the ring's settings."""
    wanted = {device.key: device for device in devices}
    known = {_device(dev).key: dev for dev in builder.devs if dev is not None}
    for key, dev in known.items():
        if key not in wanted:
            builder.remove_dev(dev["id"])
    for key, device in sorted(wanted.items()):
        if key in known:
            known[key].update(_fields(device))
            builder.devs_changed = True
        else:
            builder.add_dev(_fields(device))
    builder.set_overload(OVERLOAD)
    builder.change_min_part_hours(spec.min_part_hours)
    if builder.replicas != spec.replicas:
        builder.set_replicas(spec.replicas)


def _rebalanced(builder: Any, spec: RingSpec, version: int) -> RingState:
    builder.rebalance(seed=spec.name)
    document = builder.to_dict()
    del document["_dispersion_graph"]  # a statistic, which Swift makes anew
    return RingState(spec, version, document)


def _moved(before: RingState, after: RingState) -> int:
    return movement(before.assignment, after.assignment).replicas


def _fields(device: Device) -> dict[str, Any]:
    """Return a device as the builder knows it; `meta` is the field that Swift leaves to others."""
    return {
        "region": device.region,
        "zone": device.zone,
        "ip": device.address,
        "port": device.port,
        "replication_ip": device.address,
        "replication_port": device.port,
        "device": device.label,
        "weight": float(device.weight),
        "meta": f"{device.hostname} {device.serial}",
    }


def _device(dev: dict[str, Any]) -> Device:
    hostname, _, serial = dev["meta"].partition(" ")
    return Device(
        serial=serial,
        hostname=hostname,
        label=dev["device"],
        region=dev["region"],
        zone=dev["zone"],
        address=dev["ip"],
        port=dev["port"],
        weight=dev["weight"],
    )


def _for_servers(dev: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in dev.items() if name not in ("parts", "parts_wanted")}


def _text(values: "array[int]") -> str:
    return base64.b64encode(values.tobytes()).decode()


def _array(typecode: str, text: str) -> "array[int]":
    return array(typecode, base64.b64decode(text))
