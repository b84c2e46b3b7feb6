"""QEMU machines: real firmware, real PXE, a disk, and buttons."""

import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from ocinstaller.lab import namespace, qmp
from ocinstaller.lab.accelerator import Accelerator
from ocinstaller.lab.command import run
from ocinstaller.lab.console import Console
from ocinstaller.lab.errors import LabError
from ocinstaller.lab.layout import Lab, Machine, MachineKind
from ocinstaller.lab.processes import Processes, wait
from ocinstaller.lab.switch import Switch

MEMORY_MIB = 1536
"""The live image in memory and its unpacking onto the disk fit into this."""
PROCESSORS = 2
DISK_GIB = 8
_OVMF = Path("/usr/share/OVMF")
FIRMWARE = _OVMF / "OVMF_CODE_4M.fd"
FIRMWARE_VARIABLES = _OVMF / "OVMF_VARS_4M.fd"
SECURE_FIRMWARE = _OVMF / "OVMF_CODE_4M.secboot.fd"
SECURE_FIRMWARE_VARIABLES = _OVMF / "OVMF_VARS_4M.ms.fd"
"""With Microsoft's keys, as servers are delivered: Secure Boot is on."""
_PROTECTED_VARIABLES = (
    *("-global", "driver=cfi.pflash01,property=secure,value=on"),
    *("-global", "ICH9-LPC.disable_s3=1"),
)
"""Only the firmware, in system management mode, may change its variables (OVMF's README)."""
_NO_OPTION_ROM = ",romfile="
"""QEMU's iPXE for the card is not signed; the firmware has a driver of its own."""
_DRIVE = "if=none,format=qcow2,cache=unsafe,discard=unmap,detect-zeroes=unmap"
"""A crash of the host may lose the disk of a laboratory machine; mirrored zeros take no room."""
_FIRST_DISK_SLOT = 0x10
_LINK = "speed=10000,duplex=full"
"""Unless a card tells its speed, Linux takes no LACP bond over it into use."""
_NO_OFFLOADS = "".join(
    f",{name}=off"
    for name in (
        *("csum", "gso", "guest_csum", "guest_tso4", "guest_tso6", "guest_ecn", "guest_ufo"),
        *("host_tso4", "host_tso6", "host_ecn", "host_ufo"),
    )
)
"""A switch in user space hands frames on as they come: checksums have to be in them."""
MANUFACTURER = "OCI"
PRODUCT = "Lab machine"


class QemuMachine:
    """One virtual machine of the lab.

    With a BIOS it boots from its network first, always. With UEFI the order is in the firmware's
    variables: as delivered the disk, which is empty at first, then the network.
    """

    def __init__(self, lab: Lab, machine: Machine, processes: Processes) -> None:
        self._lab = lab
        self._machine = machine
        self._processes = processes
        self._process = f"machine-{machine.name}"
        self.directory = lab.machine_directory(machine.name)
        self.console = Console(self.directory / "console.log")

    @property
    def is_on(self) -> bool:
        """Tell whether the machine has power."""
        return self._processes.find(self._process) is not None

    def power_on(self, accelerator: Accelerator, *, without: Collection[int] = ()) -> None:
        """Press the power button; a machine that is on stays as it is.

        :param without: numbers of the disks, from 0, that were taken out.
        """
        if self.is_on:
            return
        self._prepare()
        taps = namespace.attach_taps(self._lab, self._machine)
        switch = Switch(self._lab, self._processes) if self._machine.bonded else None
        if switch is not None:
            switch.plug_in(self._machine, taps)
        disks = [number for number in range(self._machine.disks) if number not in without]
        command = [
            "nsenter",
            f"--net={namespace.namespace_path(self._lab.name)}",
            *qemu_command(self._machine, accelerator, taps, disks),
        ]
        self._processes.start(self._process, command, directory=self.directory)
        if switch is not None:
            switch.prefer(self._machine, taps[0])

    def power_off(self) -> None:
        """Pull the plug."""
        self._processes.kill(self._process)

    def shut_down(self, *, grace_s: float) -> None:
        """Press the power button, wait for the system to shut down, then pull the plug."""
        running = self._processes.find(self._process)
        if running is None:
            return
        with suppress(LabError):
            qmp.execute(self.directory / "qmp.sock", "system_powerdown")
            wait([running], timeout_s=grace_s)
        self._processes.stop(self._process)

    def reset(self) -> None:
        """Press the reset button.

        :raises LabError: the machine is off.
        """
        qmp.execute(self.directory / "qmp.sock", "system_reset")

    def insert_disk(self, number: int, *, new: bool = False) -> None:
        """Put a disk into its slot; one that is there stays, unless it is to be a new one."""
        disk = self.directory / disk_file(number)
        if new or not disk.exists():
            fresh = disk.with_suffix(".new")
            run("qemu-img", "create", "-q", "-f", "qcow2", str(fresh), f"{DISK_GIB}G")
            fresh.replace(disk)

    def _prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        for number in range(self._machine.disks):
            self.insert_disk(number)
        variables = self.directory / "firmware.vars"
        if self._machine.kind is MachineKind.UEFI and not variables.exists():
            secure = self._machine.secure_boot
            shutil.copyfile(SECURE_FIRMWARE_VARIABLES if secure else FIRMWARE_VARIABLES, variables)


def disk_file(number: int) -> str:
    """The name of a disk's file in the machine's directory."""
    return f"disk{number or ''}.qcow2"


def qemu_command(
    machine: Machine, accelerator: Accelerator, taps: tuple[str, ...], disks: Sequence[int]
) -> list[str]:
    """The command line of a machine; paths are relative to the machine's directory.

    :param disks: numbers of the disks that are in their slots.
    """
    board = f"q35,sata=off{',smm=on' if machine.secure_boot else ''}"
    command = [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"),
        *("-name", machine.name, "-machine", board, *accelerator.qemu_options),
        *("-smp", str(PROCESSORS), "-m", str(MEMORY_MIB), "-device", "virtio-rng-pci"),
        # Nobody looks at it, but boot loaders wait for ever for a BIOS without a screen.
        *("-device", "VGA"),
        *("-smbios", _smbios(machine), "-qmp", "unix:qmp.sock,server=on,wait=off"),
        *("-chardev", "file,id=console,path=console.log,append=on", "-serial", "chardev:console"),
    ]
    for place, number in enumerate(disks, 2):
        command += ["-drive", f"{_DRIVE},id=disk{number},file={disk_file(number)}"]
        # The slot keeps its address when its neighbour is empty.
        slot = f"serial=LAB-DISK-{number},addr={_FIRST_DISK_SLOT + number:#x}"
        boot = _boot_index(machine, place)
        command += ["-device", f"virtio-blk-pci,drive=disk{number},{slot}{boot}"]
    for index, (tap, mac) in enumerate(zip(taps, machine.macs, strict=True)):
        boot = _boot_index(machine, 1) if index == 0 else ""
        command += ["-netdev", f"tap,id=net{index},ifname={tap},script=no,downscript=no"]
        features = _NO_OFFLOADS if machine.bonded else ""
        features += _NO_OPTION_ROM if machine.secure_boot else ""
        card = f"virtio-net-pci,netdev=net{index},mac={mac},{_LINK}{boot}{features}"
        command += ["-device", card]
    if machine.kind is MachineKind.UEFI:
        firmware = SECURE_FIRMWARE if machine.secure_boot else FIRMWARE
        command += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={firmware}"]
        command += ["-drive", "if=pflash,format=raw,unit=1,file=firmware.vars"]
        command += _PROTECTED_VARIABLES if machine.secure_boot else ()
    return command


def _boot_index(machine: Machine, index: int) -> str:
    """A device's place in the boot order; UEFI keeps its own, which the installer changes."""
    return "" if machine.kind is MachineKind.UEFI else f",bootindex={index}"


def _smbios(machine: Machine) -> str:
    return f"type=1,manufacturer={MANUFACTURER},product={PRODUCT},serial={machine.serial}"
