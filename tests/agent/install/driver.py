"""Runs the installer in a process of its own, so that a test can kill it.

Arguments: plan file, firmware, disk names (comma separated), key file, target directory.
Every line of the installation log goes to standard output as `step: text`.
"""

import sys
from pathlib import Path
from threading import Event

from ocinstaller.agent.errors import AgentError
from ocinstaller.agent.install import Machine, install
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import InstallPlan


def write(step: str, text: str, level: str = "info") -> None:
    print(f"{step}: {text}", flush=True)


def main(plan_file: str, firmware: str, disks: str, key_file: str, target: str) -> int:
    plan = InstallPlan.model_validate_json(Path(plan_file).read_bytes())
    machine = Machine(
        serial="TEST-1",
        firmware=Firmware(firmware),
        disks=frozenset(disks.split(",")),
        key_file=Path(key_file),
        target=Path(target),
    )
    try:
        install(plan, machine, write, Event())
    except AgentError as error:
        print(f"failed: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
