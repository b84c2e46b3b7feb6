"""Reading a console while it is written."""

import threading

import pytest

from ocinstaller.lab.console import Console
from ocinstaller.lab.errors import BootError


@pytest.fixture
def console(tmp_path):
    return Console(tmp_path / "console.log")


def test_control_sequences_are_not_text(console):
    console.path.write_bytes(
        b"\x1b[2J\x1b[01;01H[\x1b[0;32m  OK  \x1b[0m] Started\r\n\x1b]0;t\x07x"
    )
    assert console.text() == "[  OK  ] Started\nx"


def test_tail_leaves_empty_lines_out(console):
    console.path.write_text("a\n\n  \nb\nc\n")
    assert console.tail(2) == "b\nc"


def test_machine_that_never_started_has_no_text(console):
    assert console.text() == ""
    assert console.mark() == 0


def test_wait_sees_what_comes_later(console):
    writer = threading.Timer(0.2, lambda: console.path.write_text("boot\nagent ready 7\n"))
    writer.start()
    assert console.wait_for(r"agent ready \d", timeout_s=20) == "agent ready 7"


def test_wait_ignores_what_was_before_the_mark(console):
    console.path.write_text("login:\n")
    with pytest.raises(BootError, match="no 'login:'"):
        console.wait_for("login:", timeout_s=0.1, since=console.mark())
