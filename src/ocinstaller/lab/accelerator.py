"""Whether virtual machines run on the processor (KVM) or in an emulator (TCG).

That /dev/kvm opens proves little: under some hypervisors guests stop before their first line. So
a kernel is really booted under KVM, once for each boot of the host.
"""

import json
import os
import subprocess
import tempfile
from enum import StrEnum
from pathlib import Path

PROBE_S = 20.0
"""A kernel without a root file system panics within 3 s where KVM works."""
KVM_DEVICE = Path("/dev/kvm")


class Accelerator(StrEnum):
    """What executes the code of a guest."""

    KVM = "kvm"
    TCG = "tcg"

    @property
    def qemu_options(self) -> tuple[str, ...]:
        """QEMU's options for this accelerator."""
        if self is Accelerator.KVM:
            return ("-accel", "kvm", "-cpu", "host")
        # The default of 1/4 of the host's memory for translated code is more than the lab has.
        return ("-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max")


def choose(kernel: Path, record: Path) -> Accelerator:
    """Find out which accelerator works, or read it from the record of this boot of the host."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    try:
        known = json.loads(record.read_text())
        if known["boot"] == boot:
            return Accelerator(known["accelerator"])
    except (OSError, ValueError, KeyError):
        pass
    found = Accelerator.KVM if kvm_boots(kernel) else Accelerator.TCG
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({"boot": boot, "accelerator": found}))
    return found


def kvm_boots(kernel: Path, timeout_s: float = PROBE_S) -> bool:
    """Tell whether a Linux kernel comes up under KVM.

    The kernel has no root file system: it panics, `panic=-1` restarts it at once, and
    `-no-reboot` makes QEMU exit then.
    """
    if not os.access(KVM_DEVICE, os.R_OK | os.W_OK):
        return False
    with tempfile.TemporaryDirectory(prefix="oci-lab-kvm-") as directory:
        log = Path(directory, "console.log")
        command = [
            *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"),
            *("-machine", "q35", *Accelerator.KVM.qemu_options, "-m", "512", "-no-reboot"),
            *("-kernel", str(kernel), "-append", "console=ttyS0 panic=-1"),
            *("-serial", f"file:{log}"),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=timeout_s, check=True)
        except (OSError, subprocess.SubprocessError):
            return False
        return b"Kernel panic" in log.read_bytes()
