"""How containers are started, and how their processes are found."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ocinstaller.lab import nspawn
from ocinstaller.lab.errors import CommandError, StateError

CONTAINER = nspawn.Container(
    "oci-lab-controller",
    Path("/machine/root"),
    "oci-lab-controller",
    "/state",
    binds=("/dev/loop103",),
    arguments=("boot=live", "oci.serial=S 1"),
)


def test_kernel_arguments_come_last_and_whole():
    assert CONTAINER.command()[-2:] == ["boot=live", "oci.serial=S 1"]


def test_container_starts_inside_its_network():
    command = CONTAINER.command()
    assert command[:3] == ["nsenter", "--net=/run/netns/oci-lab-controller", "--"]
    assert "--network-namespace-path=/run/netns/oci-lab-controller" in command


def test_container_carries_the_marker_and_hides_the_firmware():
    command = CONTAINER.command()
    assert "--setenv=OCI_LAB=/state" in command
    assert "--tmpfs=/sys/firmware" in command


def test_descendants_of_a_process_are_found_parents_first():
    program = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'print(1, flush=True); input()'])\n"
        "child.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        parent.stdout.readline()
        below = list(nspawn.descendants(os.getpid()))
        assert below.index(parent.pid) < len(below) - 1
        assert set(nspawn.descendants(parent.pid)) < set(below)
        parent.communicate(b"\n")


def test_process_without_a_container_is_an_error():
    with pytest.raises(StateError, match="runs no container"):
        nspawn.init_process(os.getpid())


@pytest.mark.root
def test_commands_run_in_the_other_namespaces_without_our_environment():
    sleep = ["unshare", "--pid", "--fork", "--uts", "--mount-proc", "sleep", "600"]
    with subprocess.Popen(sleep) as parent:
        try:
            while not list(nspawn.descendants(parent.pid)):
                assert parent.poll() is None
            init = nspawn.init_process(parent.pid)
            shown = nspawn.execute(init, ["env"])
            assert "PYTEST_CURRENT_TEST" not in shown
            assert "HOME=/root" in shown
            with pytest.raises(CommandError, match="exited with 1"):
                nspawn.execute(init, ["false"])
        finally:
            for pid in nspawn.descendants(parent.pid):
                os.kill(pid, 9)
