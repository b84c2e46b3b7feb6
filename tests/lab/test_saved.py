"""States of a lab can be kept and come back."""

import pytest

from ocinstaller.lab import saved
from ocinstaller.lab.errors import StateError
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.processes import Processes


def disk(lab: Lab):
    return lab.machine_directory("m") / "disk.img"


def test_a_state_comes_back_with_its_holes(lab: Lab):
    disk(lab).parent.mkdir(parents=True)
    with disk(lab).open("wb") as file:
        file.write(b"first")
        file.truncate(1024**3)
    saved.save(lab, "before", print)
    disk(lab).write_bytes(b"second")
    saved.restore(lab, "before", print)
    assert disk(lab).stat().st_size == 1024**3
    assert disk(lab).stat().st_blocks * 512 < 1024**2
    with disk(lab).open("rb") as file:
        assert file.read(5) == b"first"


def test_what_cannot_be_is_refused(lab: Lab):
    with pytest.raises(StateError, match="there are: none"):
        saved.restore(lab, "nothing", print)
    with pytest.raises(ValueError, match="small letters"):
        saved.save(lab, "../elsewhere", print)


def test_a_running_lab_is_left_alone(lab: Lab):
    processes = Processes(lab)
    lab.run_directory.mkdir(parents=True)
    processes.start("sleeper", ["sleep", "60"])
    try:
        with pytest.raises(StateError, match="stop it first"):
            saved.save(lab, "now", print)
    finally:
        processes.kill("sleeper")
