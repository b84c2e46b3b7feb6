"""Which hardware profile a machine fits."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import (
    BlockDevice,
    DiskKind,
    Drive,
    HardwareReport,
    Product,
    StorageController,
)
from ocinstaller.model.profiles import HardwareProfiles, Profile, match, mismatch, settings_of
from tests.support import GIB, report


def disks(*sizes: int) -> tuple[BlockDevice, ...]:
    return tuple(
        BlockDevice(name=f"sd{chr(97 + n)}", size_bytes=size * GIB, kind=DiskKind.SSD)
        for n, size in enumerate(sizes)
    )


def machine(**changes: object) -> HardwareReport:
    found = {"product": Product(name="R640"), "memory_mib": 256 * 1024} | changes
    return report().model_copy(update={"block_devices": disks(447, 447, 1800), **found})


def group(least: int, most: int, few: int, many: int, **more: object) -> dict[str, object]:
    return {"size_min": least, "size_max": most, "num_min": few, "num_max": many, **more}


def profile(**fields: Any) -> Profile:
    return Profile.model_validate({"role": "compute", **fields})


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"product-name": ["R740", "R640"]}, ""),
        ({"product-name": ["R740"]}, "its product is 'R640', not one of R740"),
        ({"ram": {"min": 256, "max": 256}}, ""),
        ({"ram": {"min": 300, "max": 400}}, "it has 256 GiB of memory, not 300 to 400"),
        ({"hdd": {"controller": "megacli"}}, "it has no RAID controller"),
        ({"hdd": {"layout": {"0": group(400, 500, 2, 2)}}}, ""),
        (
            {"hdd": {"layout": {"0": group(400, 500, 3, 4)}}},
            "layout 0 needs 3 to 4 drives of 400 to 500 GiB; there are 2",
        ),
        (
            {"hdd": {"hdd-num-exact-match": "yes", "layout": {"0": group(400, 500, 2, 2)}}},
            "no layout has a place for sdc (1800 GiB)",
        ),
        (
            {"hdd": {"layout": {"0": group(400, 500, 2, 2, **{"device-list": ["/dev/sda"]})}}},
            "layout 0 needs 2 to 2 drives of /dev/sda of 400 to 500 GiB; there are 1",
        ),
    ],
)
def test_each_reason_is_told(fields: dict[str, Any], reason: str) -> None:
    assert mismatch(machine(), profile(**fields)) == reason


def test_drives_behind_a_raid_controller_count_there() -> None:
    drives = tuple(Drive(slot=slot, size_bytes=900 * GIB) for slot in range(4))
    hdd = {"controller": "megacli", "hdd-num-exact-match": "yes"}
    wanted = profile(hdd=hdd | {"layout": {"0": group(800, 1000, 4, 4)}})
    assert mismatch(machine(drives=drives), wanted) == ""
    fewer = machine(drives=drives[:3], controllers=(StorageController(kind="LSI-raid"),))
    assert "there are 3" in mismatch(fewer, wanted)


def test_all_profiles_that_fit_are_named() -> None:
    profiles = HardwareProfiles.model_validate(
        {"a": {"role": "compute"}, "b": {"role": "volume", "product-name": ["R1"]}}
    )
    found = match(machine(), profiles)
    assert (found.fitting, list(found.rejected)) == (["a"], ["b"])


_SIZES = st.integers(1, 4)
_GROUPS = st.lists(
    st.tuples(_SIZES, _SIZES, st.integers(0, 2), st.integers(0, 2)).map(
        lambda g: (min(g[:2]), max(g[:2]), min(g[2:]), max(g[2:]))
    ),
    max_size=3,
)


@given(st.lists(_SIZES, max_size=5), _GROUPS, st.booleans())
def test_drives_fit_exactly_when_some_distribution_does(
    sizes: list[int], groups: list[tuple[int, int, int, int]], exact: bool
) -> None:
    """Compare with trying all distributions of the drives; in one, a drive may be left over."""

    def good(places: tuple[int, ...]) -> bool:
        if exact and len(groups) in places:
            return False
        for number, (least, most, few, many) in enumerate(groups):
            members = [size for size, place in zip(sizes, places, strict=True) if place == number]
            if not few <= len(members) <= many or not all(least <= s <= most for s in members):
                return False
        return True

    possible = any(map(good, product(range(len(groups) + 1), repeat=len(sizes))))
    layout = {str(number): group(*one) for number, one in enumerate(groups)}
    wanted = profile(hdd={"hdd-num-exact-match": "yes" if exact else "no", "layout": layout})
    assert (mismatch(machine(block_devices=disks(*sizes)), wanted) == "") is possible


def test_settings_come_from_arguments_of_machine_set() -> None:
    arguments = ["--nested-virt yes", "--notes", "two words", "--rack 7"]
    wanted = profile(**{"properties": {"use_ceph": "yes"}, "machine-set": arguments})
    assert settings_of("p", wanted) == {
        "use_ceph_if_available": "yes", "nested_virt": "yes", "notes": "two words", "loc_rack": "7",
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [["--nested-virt"], ["--rm-rf yes"], ["nested_virt yes"]])
def test_other_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(Conflict, match="hardware profile p: machine-set"):
        settings_of("p", profile(**{"machine-set": arguments}))
