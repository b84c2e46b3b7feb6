"""Where machines are racked, from what their interfaces hear."""

import pytest

from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import HardwareReport, LldpNeighbour, Product
from ocinstaller.model.racking import RackingMap, guess
from tests.support import report

KNOWN = RackingMap.model_validate(
    {
        "productnames": {"R640": {"num-u": "1"}, "R740": {"num-u": 2}},
        "switchhostnames": {
            "sw-a": {"dc": "paris", "row": 1, "rack": 12, "location-name": "z1"},
            "sw-b": {"dc": "paris", "row": 1, "rack": 12, "location-name": "z1"},
            "sw-far": {"dc": "rome", "row": 1, "rack": 3},
        },
        "switchportnames": {"swp3": 3, "swp4": 5},
    }
)


def machine(product: str, *cables: tuple[str, str]) -> HardwareReport:
    base = report()
    nics = tuple(
        nic.model_copy(update={"lldp": LldpNeighbour(switch_hostname=switch, switch_port=port)})
        for nic, (switch, port) in zip(base.nics, cables, strict=False)
    )
    known = nics + base.nics[len(nics) :]
    return base.model_copy(update={"product": Product(name=product), "nics": known})


@pytest.mark.parametrize(("product", "last"), [("R640", 5), ("R740", 6)])
def test_switch_port_and_product_give_the_place(product: str, last: int) -> None:
    place = guess(machine(product, ("sw-a", "swp4"), ("sw-b", "swp4")), KNOWN)
    assert place.settings() == {
        "loc_dc": "paris", "loc_row": "1", "loc_rack": "12", "loc_u_start": "5",
        "loc_u_end": str(last),
    }  # fmt: skip
    assert place.location == "z1"
    assert "eth0 sees sw-a swp4; eth1 sees sw-b swp4" in str(place)


def test_an_unknown_neighbour_beside_a_known_one_does_not_matter() -> None:
    place = guess(machine("R640", ("sw-new", "swp3"), ("sw-b", "swp3")), KNOWN)
    assert (place.rack, place.unit_start) == ("12", 3)
    assert "sw-new" not in place.reason


@pytest.mark.parametrize(
    ("product", "cables", "reason"),
    [
        ("toaster", [("sw-a", "swp3")], "is a 'toaster', which the racking map lacks"),
        ("R640", [], "none of its interfaces hears LLDP"),
        ("R640", [("sw-new", "swp3")], "eth0 sees sw-new swp3"),
        ("R640", [("sw-a", "swp77")], "eth0 sees sw-a swp77"),
        ("R640", [("sw-a", "swp3"), ("sw-far", "swp3")], "are at different places"),
        ("R640", [("sw-a", "swp3"), ("sw-b", "swp4")], "are at different places"),
    ],
)
def test_what_does_not_follow_is_told(
    product: str, cables: list[tuple[str, str]], reason: str
) -> None:
    with pytest.raises(Conflict, match=reason):
        guess(machine(product, *cables), KNOWN)
