"""How long the three rings of twelve stores with thirteen disks each take: less than 3 s.

`python bench/rings.py` also grows the cluster by a store and shows what moves. The usual 2^19
partitions; Swift's modules are loaded in the time that is measured.
"""

import time

from ocinstaller.drivers import rings
from ocinstaller.model.rings.assignment import Level, crowded, holdings, movement, worst_balance
from ocinstaller.model.rings.devices import Device, RingKind, RingSpec

STORES, DISKS, ZONES, PART_POWER = 12, 13, 3, 19


def store(number: int) -> list[Device]:
    """Return the disks of a store; stores take turns in the zones."""
    zone, address = 1 + number % ZONES, f"10.0.{number}.1"
    return [
        Device(f"S{number}", f"store-{number}", f"oci-{disk}", 1, zone, address, 6200, 4000.0)
        for disk in range(DISKS)
    ]


def main() -> None:
    """Calculate, write, grow."""
    devices = [device for number in range(STORES) for device in store(number)]
    started, used = time.perf_counter(), time.process_time()
    states = {}
    for kind in RingKind:
        spec = RingSpec(kind, kind, PART_POWER, 3, 1)
        states[kind] = rings.calculate(None, spec, devices).state
        rings.ring_file(states[kind])
    wall, cpu = time.perf_counter() - started, time.process_time() - used
    print(f"three rings of {STORES} stores with {DISKS} disks: {wall:.2f} s ({cpu:.2f} s of CPU)")
    for kind, state in states.items():
        close = {str(level): crowded(state.assignment, level) for level in Level}
        balance = worst_balance(holdings(state.assignment))
        print(f"{kind}: balance {balance:.2f} %, dispersion {state.dispersion} %, crowded {close}")
    before = states[RingKind.OBJECT].published(0)
    more = devices + [
        device for number in range(STORES, STORES + ZONES) for device in store(number)
    ]
    started = time.perf_counter()
    after = rings.calculate(before, before.spec, more).state
    moving = movement(before.assignment, after.assignment)
    print(
        f"{ZONES} stores more: {time.perf_counter() - started:.2f} s, "
        f"{100 * moving.replicas / moving.total:.1f} % move, {100 * ZONES / (STORES + ZONES):.1f} % "
        "of the weight is new"
    )


if __name__ == "__main__":
    main()
