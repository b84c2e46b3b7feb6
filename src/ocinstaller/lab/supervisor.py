"""The process that is a container machine: power, reboots, and what there is instead of firmware.

Usage: python -m ocinstaller.lab.supervisor LAB DIRECTORY SHARED MACHINE. It switches the machine
on, starts it again when it reboots, and ends when it is switched off; SIGTERM asks the system to
shut down.

Each start happens in a process with a mount namespace of its own, and the loop device is released
at its last close: nothing stays behind, however the machine ends.
"""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from ocinstaller.lab import firmware, namespace, nspawn, puppetserver, scenario
from ocinstaller.lab.blockdev import Disk, link_by_uuid
from ocinstaller.lab.command import run
from ocinstaller.lab.errors import LabError
from ocinstaller.lab.ipxe import NetworkBoot
from ocinstaller.lab.layout import PUPPET_MACHINE, Lab, Machine

DISK_GIB = 10
CLONE_NEWNS = 0x00020000
"""linux/sched.h; `os.unshare` exists only from Python 3.12 on."""
RETRY_S = 2.0
"""Pause before firmware that found nothing to boot tries again."""

Boot = Callable[[str], nspawn.Container]
"""Prepares the container to boot, given the machine's network namespace."""


class Supervisor:
    """Runs one container machine from power-on to power-off."""

    def __init__(self, lab: Lab, name: str, macs: tuple[str, str], boot: Boot) -> None:
        self._lab = lab
        self._name = name
        self._macs = macs
        self._boot = boot
        self._ended = False
        self._start: multiprocessing.process.BaseProcess | None = None
        self._container: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Be the machine; returns when it is off."""
        signal.signal(signal.SIGTERM, self._power_button)
        self._lab.machine_directory(self._name).mkdir(parents=True, exist_ok=True)
        status = nspawn.REBOOT_STATUS
        try:
            while status == nspawn.REBOOT_STATUS and not self._ended:
                status = self._power_cycle()
        finally:
            namespace.detach_container(self._lab, self._name)
        return 0 if self._ended else status

    def _power_cycle(self) -> int:
        """From switching on to the end of the operating system that was started."""
        network = namespace.attach_container(self._lab, self._name, self._macs)
        context = multiprocessing.get_context("fork")
        self._start = context.Process(target=self._start_system, args=(network,))
        self._start.start()
        if self._ended:
            self._start.terminate()
        self._start.join()
        return self._start.exitcode or 0

    def _start_system(self, network: str) -> None:
        """Prepare and run the container; the process ends with the container's status."""
        signal.signal(signal.SIGTERM, self._shut_down)
        _private_mounts()
        try:
            container = self._boot(network)
        except LabError as error:
            print(f"{error}; trying again", flush=True)
            time.sleep(RETRY_S)
            sys.exit(nspawn.REBOOT_STATUS)
        console = self._lab.machine_directory(self._name) / "console.log"
        with console.open("ab") as log:
            self._container = subprocess.Popen(
                container.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        if self._ended:
            self._container.terminate()
        sys.exit(self._container.wait())

    def _power_button(self, _number: int, _frame: FrameType | None) -> None:
        self._ended = True
        if self._start is not None and self._start.is_alive():
            self._start.terminate()

    def _shut_down(self, _number: int, _frame: FrameType | None) -> None:
        self._ended = True
        if self._container is None:
            sys.exit(0)
        self._container.terminate()


class NetworkMachine:
    """A machine that asks the network what to boot, as OCI's machines do."""

    def __init__(self, lab: Lab, machine: Machine) -> None:
        self._name = lab.machine_namespace(machine.name)
        self._machine = machine
        self._directory = lab.machine_directory(machine.name)
        self._marker = lab.marker
        self._disks: list[Disk] = []

    def boot(self, network: str) -> nspawn.Container:
        """Do what firmware, boot loader and initrd do.

        :raises BootError: there is nothing to boot at the moment.
        """
        disk, *data = self._attach_disks()
        squashfs = self._directory / "live.squashfs"
        decision = namespace.inside(network, lambda: self._ask(squashfs))
        print(f"{self._machine.name} boots {decision}", flush=True)
        root = self._directory / "root"
        binds = tuple(str(device.device) for device in data)
        machine = nspawn.Container(self._name, root, network, self._marker, binds=binds)
        if not isinstance(decision, NetworkBoot):
            firmware.mount_installed(disk, self._directory)
            links = self._directory / "by-uuid"
            link_by_uuid((device.device for device in data), links)
            return replace(machine, read_only_binds=(f"{links}:/dev/disk/by-uuid",))
        firmware.mount_live(squashfs, self._directory)
        squashfs.unlink()
        names = ",".join(device.name for device in (disk, *data))
        own = (f"oci.serial={self._machine.serial}", f"oci.disks={names}")
        arguments = (*decision.arguments, *own)
        return replace(machine, binds=(str(disk.device), *binds), arguments=arguments)

    def _attach_disks(self) -> list[Disk]:
        """Attach all disks, that of the system first.

        They stay open as long as this process lives: it is the machine's disk cables.
        """
        machine = self._machine
        sizes = (DISK_GIB, *machine.data_disks_gib)
        numbers = (machine.loop_number, *machine.data_loop_numbers)
        self._disks = [
            Disk(_disk_file(self._directory, index, size), number)
            for index, (size, number) in enumerate(zip(sizes, numbers, strict=True))
        ]
        return self._disks

    def _ask(self, squashfs: Path) -> "firmware.Decision":
        decision = firmware.boot_decision(self._machine.macs[0])
        if isinstance(decision, NetworkBoot):
            firmware.fetch_root(decision, squashfs)
        firmware.release_address()
        return decision


def _disk_file(directory: Path, index: int, size_gib: int) -> Path:
    file = directory / (f"disk-{index}.img" if index else "disk.img")
    if not file.exists():
        fresh = file.with_suffix(".new")
        with fresh.open("wb") as content:
            content.truncate(size_gib * 1024**3)
        fresh.replace(file)
    return file


def _private_mounts() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"unshare: {os.strerror(code)}")
    run("mount", "--make-rslave", "/")


def main(argv: Sequence[str]) -> int:
    """Run the supervisor of one machine."""
    lab_name, directory, shared, name = argv
    lab = Lab(lab_name, Path(directory), Path(shared))
    if name == PUPPET_MACHINE.name:
        boot, machine = puppetserver.Server(lab).boot, PUPPET_MACHINE
    else:
        machine = scenario.current(lab).machine(name)
        boot = NetworkMachine(lab, machine).boot
    return Supervisor(lab, machine.name, machine.macs, boot).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
