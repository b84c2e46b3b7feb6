"""QEMU machines: real firmware, real PXE, a disk, and buttons."""

import shutil
from contextlib import suppress
from pathlib import Path

from ocinstaller.lab import namespace, qmp
from ocinstaller.lab.accelerator import Accelerator
from ocinstaller.lab.command import run
from ocinstaller.lab.console import Console
from ocinstaller.lab.errors import LabError
from ocinstaller.lab.layout import Lab, Machine, MachineKind
from ocinstaller.lab.processes import Processes, wait

MEMORY_MIB = 1536
"""The live image in memory and its unpacking onto the disk fit into this."""
PROCESSORS = 2
DISK_GIB = 8
FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
FIRMWARE_VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
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

    def power_on(self, accelerator: Accelerator) -> None:
        """Press the power button; a machine that is on stays as it is."""
        if self.is_on:
            return
        self._prepare()
        taps = namespace.attach_taps(self._lab, self._machine)
        command = [
            "nsenter",
            f"--net={namespace.namespace_path(self._lab.name)}",
            *qemu_command(self._machine, accelerator, taps),
        ]
        self._processes.start(self._process, command, directory=self.directory)

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

    def _prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        disk = self.directory / "disk.qcow2"
        if not disk.exists():
            fresh = disk.with_suffix(".new")
            run("qemu-img", "create", "-q", "-f", "qcow2", str(fresh), f"{DISK_GIB}G")
            fresh.replace(disk)
        variables = self.directory / "firmware.vars"
        if self._machine.kind is MachineKind.UEFI and not variables.exists():
            shutil.copyfile(FIRMWARE_VARIABLES, variables)


def qemu_command(machine: Machine, accelerator: Accelerator, taps: tuple[str, ...]) -> list[str]:
    """The command line of a machine; paths are relative to the machine's directory."""
    command = [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"),
        *("-name", machine.name, "-machine", "q35,sata=off", *accelerator.qemu_options),
        *("-smp", str(PROCESSORS), "-m", str(MEMORY_MIB), "-device", "virtio-rng-pci"),
        # Nobody looks at it, but boot loaders wait for ever for a BIOS without a screen.
        *("-device", "VGA"),
        *("-smbios", _smbios(machine), "-qmp", "unix:qmp.sock,server=on,wait=off"),
        *("-chardev", "file,id=console,path=console.log,append=on", "-serial", "chardev:console"),
        # A crash of the host may lose the disk of a laboratory machine.
        *("-drive", "if=none,id=disk,file=disk.qcow2,format=qcow2,cache=unsafe,discard=unmap"),
        *("-device", f"virtio-blk-pci,drive=disk{_boot_index(machine, 2)}"),
    ]
    for index, (tap, mac) in enumerate(zip(taps, machine.macs, strict=True)):
        boot = _boot_index(machine, 1) if index == 0 else ""
        command += ["-netdev", f"tap,id=net{index},ifname={tap},script=no,downscript=no"]
        command += ["-device", f"virtio-net-pci,netdev=net{index},mac={mac}{boot}"]
    if machine.kind is MachineKind.UEFI:
        command += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={FIRMWARE}"]
        command += ["-drive", "if=pflash,format=raw,unit=1,file=firmware.vars"]
    return command


def _boot_index(machine: Machine, index: int) -> str:
    """A device's place in the boot order; UEFI keeps its own, which the installer changes."""
    return "" if machine.kind is MachineKind.UEFI else f",bootindex={index}"


def _smbios(machine: Machine) -> str:
    return f"type=1,manufacturer={MANUFACTURER},product={PRODUCT},serial={machine.serial}"
