"""A BMC of its own process that speaks IPMI 2.0 and has a real QEMU machine under it.

Usage: `python -m tests.drivers.virtual_bmc PORT USER PASSWORD DIRECTORY`. It prints `ready` once it
listens, then a line for each thing that happens to the machine.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from pyghmi.ipmi.bmc import Bmc

from ocinstaller.lab import qmp

_ORDERS = {"network": "n", "hd": "c"}


class VirtualBmc(Bmc):  # type: ignore[misc]
    """Buttons and boot device of one QEMU machine."""

    def __init__(self, port: int, user: str, password: str, directory: Path) -> None:
        super().__init__({user: password}, port=port, address="::ffff:127.0.0.1")
        self._directory = directory
        self._boot = ""
        self._machine: subprocess.Popen[bytes] | None = None

    def get_power_state(self) -> str:
        return "off" if self._machine is None else "on"

    def set_boot_device(self, bootdevice: str) -> None:
        self._boot = _ORDERS[bootdevice]

    def power_on(self) -> None:
        if self._machine is not None:
            return
        order = ("-boot", f"once={self._boot}") if self._boot else ()
        print(f"on {self._boot or 'own order'}", flush=True)
        self._boot = ""
        self._machine = subprocess.Popen(
            ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-m", "32", *order,
             "-accel", "tcg", "-qmp", "unix:qmp.sock,server=on,wait=off"],
            cwd=self._directory,
        )  # fmt: skip

    def power_off(self) -> None:
        if self._machine is not None:
            self._machine.kill()
            self._machine.wait()
            self._machine = None
            print("off", flush=True)

    def power_cycle(self) -> None:
        self.power_off()
        self.power_on()

    def power_reset(self) -> int:
        if self._machine is None:
            return 0xD5  # not supported in present state (IPMI 2.0, table 5-2)
        if self._boot:
            self.power_cycle()
        else:
            qmp.execute(self._directory / "qmp.sock", "system_reset")
            print("reset", flush=True)
        return 0


def main() -> None:
    port, user, password, directory = sys.argv[1:]
    bmc = VirtualBmc(int(port), user, password, Path(directory))
    signal.signal(signal.SIGTERM, lambda *_: (bmc.power_off(), os._exit(0)))
    print("ready", flush=True)
    bmc.listen()


if __name__ == "__main__":
    main()
