"""The command line of virtual machines, and their buttons on a real QEMU."""

import pytest

from ocinstaller.boot.files import UefiLoader
from ocinstaller.lab import accelerator, namespace, scenario
from ocinstaller.lab.accelerator import Accelerator
from ocinstaller.lab.errors import LabError
from ocinstaller.lab.layout import Machine, MachineKind
from ocinstaller.lab.processes import Processes
from ocinstaller.lab.qemu import QemuMachine, qemu_command
from ocinstaller.lab.scenario import Scenario

MACHINES = scenario.load(scenario.DEFAULT).machines

BIOS, UEFI = MACHINES[0], MACHINES[1]
TAPS = ("tap-0", "tap-1")


def option_values(command, option):
    return [command[i + 1] for i, word in enumerate(command) if word == option]


def test_network_comes_before_the_disk_of_a_bios_machine():
    devices = option_values(qemu_command(BIOS, Accelerator.TCG, TAPS, [0]), "-device")
    order = {device.partition(",")[0]: device for device in devices if "bootindex" in device}
    assert "bootindex=1" in order["virtio-net-pci"]
    assert "bootindex=2" in order["virtio-blk-pci"]


def test_boot_order_of_uefi_is_left_to_its_variables():
    assert not any("bootindex" in word for word in qemu_command(UEFI, Accelerator.TCG, TAPS, [0]))


def test_machine_shows_its_serial_and_its_cards():
    command = qemu_command(BIOS, Accelerator.TCG, TAPS, [0])
    assert f"serial={BIOS.serial}" in option_values(command, "-smbios")[0]
    for mac in BIOS.macs:
        assert any(f"mac={mac}" in device for device in option_values(command, "-device"))


def test_only_uefi_machines_have_flash():
    assert not any("pflash" in word for word in qemu_command(BIOS, Accelerator.TCG, TAPS, [0]))
    flash = [word for word in qemu_command(UEFI, Accelerator.TCG, TAPS, [0]) if "pflash" in word]
    assert len(flash) == 2
    assert "readonly=on" in flash[0]


def test_a_disk_keeps_its_slot_when_its_neighbour_is_taken_out():
    machine = Machine("m", 9, MachineKind.BIOS, "custom", disks=3)
    devices = option_values(qemu_command(machine, Accelerator.TCG, TAPS, [1, 2]), "-device")
    disks = [device for device in devices if device.startswith("virtio-blk-pci")]
    assert "serial=LAB-DISK-1,addr=0x11,bootindex=2" in disks[0]
    assert "serial=LAB-DISK-2,addr=0x12,bootindex=3" in disks[1]


def test_accelerator_is_remembered_for_this_boot_only(tmp_path, monkeypatch):
    record = tmp_path / "accelerator.json"
    answers = iter([True, False])
    monkeypatch.setattr(accelerator, "kvm_boots", lambda kernel: next(answers))
    assert accelerator.choose(tmp_path, record) is Accelerator.KVM
    assert accelerator.choose(tmp_path, record) is Accelerator.KVM
    record.write_text('{"boot": "another", "accelerator": "kvm"}')
    assert accelerator.choose(tmp_path, record) is Accelerator.TCG


def test_without_the_device_there_is_no_kvm(tmp_path, monkeypatch):
    monkeypatch.setattr(accelerator, "KVM_DEVICE", tmp_path / "kvm")
    assert not accelerator.kvm_boots(tmp_path / "vmlinuz")


def test_kernel_that_does_not_come_up_means_no_kvm(tmp_path):
    kernel = tmp_path / "vmlinuz"
    kernel.write_bytes(b"no kernel")
    assert not accelerator.kvm_boots(kernel, timeout_s=5)


@pytest.mark.root
def test_buttons_of_a_machine(lab):
    namespace.create(lab)
    processes = Processes(lab)
    machine = QemuMachine(lab, BIOS, processes)
    try:
        with pytest.raises(LabError, match="does not answer"):
            machine.reset()
        machine.power_on(Accelerator.TCG)
        first = processes.find("machine-bios")
        machine.power_on(Accelerator.TCG)
        assert processes.find("machine-bios") == first

        machine.power_off()
        assert not machine.is_on
    finally:
        processes.stop_all()
        namespace.remove(lab)


def test_secure_firmware_has_its_own_variables_and_protects_them():
    machine = Machine("m", 9, MachineKind.UEFI, "custom", secure_boot=True)
    command = qemu_command(machine, Accelerator.TCG, TAPS, [0])
    assert "smm=on" in option_values(command, "-machine")[0]
    assert "property=secure,value=on" in option_values(command, "-global")[0]
    assert any("OVMF_CODE_4M.secboot.fd" in word for word in command)
    # The card's own boot program is not signed.
    cards = [word for word in command if word.startswith("virtio-net-pci")]
    assert cards and all(card.endswith(",romfile=") for card in cards)


def test_one_machine_with_secure_boot_makes_all_start_shim():
    machine = Machine("m", 9, MachineKind.UEFI, "custom", secure_boot=True)
    assert Scenario("s", (UEFI, machine)).uefi_loader is UefiLoader.SHIM
    assert Scenario("s", (UEFI,)).uefi_loader is UefiLoader.IPXE
