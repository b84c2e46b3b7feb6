"""What is left on the host after a lab: nothing, also when the lab itself was killed."""

import subprocess
import sys

import pytest

from ocinstaller.lab import stop
from ocinstaller.lab.display import Display
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.processes import Processes
from ocinstaller.lab.run import bring_up
from ocinstaller.lab.stages import Line
from tests.e2e.host import Host

pytestmark = [pytest.mark.line, pytest.mark.root]


def run_until(lab: Lab, stage: str) -> None:
    """Run `oci-lab up` and kill it while it works on a stage."""
    command = [sys.executable, "-m", "ocinstaller.lab.cli", "--name", lab.name]
    command += ["--directory", str(lab.directory), "--shared", str(lab.shared), "up"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for text in running.stdout:
            if text.startswith(f"{stage} …"):
                break
        running.kill()


def test_killed_run_goes_on_and_stop_leaves_nothing(line: Line, lab: Lab, before: Host) -> None:
    stop.stop(lab, print)
    assert Host.now().beyond(before) == {}
    run_until(lab, "puppetserver")
    assert Processes(lab).running()
    bring_up(line, line.base_stages(), Display())
    run_until(lab, "controller: Puppet")
    stop.stop(lab, print)
    assert list(Processes(lab).marked()) == []
    assert Host.now().beyond(before) == {}
