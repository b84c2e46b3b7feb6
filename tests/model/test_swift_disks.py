"""Which disks Swift gets and what their file systems are called."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ocinstaller.model.hardware import BlockDevice, DiskKind, Firmware
from ocinstaller.model.storage_layout import DataUse, StorageSettings, storage_layout
from ocinstaller.model.swift_disks import file_systems, labels

GIB = 1024**3


def disk(name: str, gib: float, serial: str = "", *, read_only: bool = False) -> BlockDevice:
    return BlockDevice(
        name=name,
        size_bytes=int(gib * GIB),
        kind=DiskKind.HDD,
        serial=serial,
        read_only=read_only,
    )


DISKS = (
    disk("sda", 100, "SYSTEM01"),
    disk("sdb", 4000, "WD-WCC4N0000001"),
    disk("sdc", 4000, "WD-WCC4N0000002"),
    disk("sdd", 4000, "WD-WCC4N0000003", read_only=True),
    disk("sde", 0.1, "STICK001"),
)


def stores(seed: str | None):
    data = DataUse("swiftstore", swift_seed=seed)
    return storage_layout(DISKS, Firmware.BIOS, StorageSettings(), data, GIB, GIB)


def test_swift_gets_what_the_system_leaves_and_can_be_written() -> None:
    layout = stores("secret")
    assert [d.name for d in layout.plan.disks] == ["sda"]
    assert [(d.name, d.label) for d in layout.plan.data_file_systems] == [
        ("sdb", "oci-N0000001"),
        ("sdc", "oci-N0000002"),
    ]
    uses = {decision.disk.name: decision.use for decision in layout.disks}
    assert uses["sdb"] == "Swift as oci-N0000001"
    assert uses["sdd"] == uses["sde"] == "left alone"


def test_a_machine_that_stores_nothing_keeps_its_disks_as_they_are() -> None:
    assert stores(None).plan.data_file_systems == ()


def test_another_clusters_file_system_is_not_taken_for_ones_own() -> None:
    ours, theirs = (file_systems(DISKS[1:2], seed)[0] for seed in ("ours", "theirs"))
    assert ours.label == theirs.label
    assert ours.uuid != theirs.uuid
    assert ours == file_systems(DISKS[1:2], "ours")[0]


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            BlockDevice,
            name=st.from_regex(r"[a-z!]{2,12}", fullmatch=True),
            size_bytes=st.just(10**12),
            kind=st.just(DiskKind.HDD),
            serial=st.text("WD-_/ 01é", max_size=14),
            by_path=st.text("pci:-0.", max_size=14),
        ),
        max_size=12,
        unique_by=lambda d: d.name,
    )
)
def test_labels_are_unique_fit_xfs_and_depend_on_nothing_but_the_disks(
    found: list[BlockDevice],
) -> None:
    names = labels(found)
    assert len(set(names)) == len(names) == len(found)
    assert all(4 < len(name) <= 12 and name.isascii() for name in names)
    reversed_names = labels(list(reversed(found)))
    assert names == tuple(reversed(reversed_names))
