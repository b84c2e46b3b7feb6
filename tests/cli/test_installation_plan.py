"""`machine-install-os --plan` as an operator reads it."""

from ocinstaller.model.installation_text import disks, interfaces, volumes


def test_lines_of_a_plan() -> None:
    disk = {
        "name": "sda",
        "size_bytes": 480 * 10**9,
        "kind": "ssd",
        "serial": "S1",
        "use": "system",
        "erased": True,
        "reason": "dest_blk is sda",
    }
    volume = {
        "on": "sda",
        "name": "1 oci-esp",
        "kind": "esp",
        "size_mib": 512,
        "filesystem": "vfat",
        "mountpoint": "/boot/efi",
    }
    interface = {
        "name": "vlan100",
        "kind": "vlan",
        "mac": "",
        "on": ["bond0"],
        "mtu": 9000,
        "addresses": ["10.0.0.2/24"],
        "gateways": ["10.0.0.1"],
        "bridges": [],
        "networks": ["management"],
    }

    assert disks([disk, disk | {"serial": "", "erased": False, "use": "left alone"}]) == [
        "ERASED: sda (480.0 GB ssd, serial S1): system; dest_blk is sda",
        "kept: sda (480.0 GB ssd): left alone; dest_blk is sda",
    ]
    assert volumes([volume, volume | {"size_mib": None, "filesystem": "", "mountpoint": ""}]) == [
        "sda: 1 oci-esp: esp, 512 MiB vfat at /boot/efi",
        "sda: 1 oci-esp: esp, the rest",
    ]
    assert interfaces([interface]) == [
        "vlan100: vlan; on bond0; mtu 9000; 10.0.0.2/24; gateway 10.0.0.1; network management"
    ]
