"""External commands."""

import time
from pathlib import Path
from threading import Event, Timer

import pytest

from ocinstaller.agent.command import Streamer, run
from ocinstaller.agent.errors import CommandError, Stopped


def test_a_question_is_answered() -> None:
    assert run(("echo", "yes"), 10) == "yes\n"


def test_a_missing_program_is_named() -> None:
    with pytest.raises(CommandError, match="no-such-program is not installed"):
        run(("no-such-program",), 10)


def test_a_failure_carries_status_and_output() -> None:
    with pytest.raises(CommandError, match=r"exit status 2: .*cannot access"):
        run(("ls", "/nothing/here"), 10)


def test_a_question_has_a_time_limit() -> None:
    with pytest.raises(CommandError, match="within 0.1 s"):
        run(("sleep", "30"), 0.1)


def test_lines_arrive_while_the_command_runs() -> None:
    lines: list[str] = []

    Streamer(lines.append, Event())(
        ("sh", "-c", "cat; printf 'a\\rb\\n\\n'; echo no-newline >&2; printf end"),
        30,
        script="from the script\n",
    )

    assert lines == ["from the script", "a", "b", "no-newline", "end"]


def test_a_failing_stream_carries_its_last_lines() -> None:
    with pytest.raises(CommandError, match="exit status 3: broken"):
        Streamer(lambda line: None, Event())(("sh", "-c", "echo broken; exit 3"), 30)


def test_a_stream_has_a_time_limit() -> None:
    with pytest.raises(CommandError, match="did not end within"):
        Streamer(lambda line: None, Event())(("sleep", "30"), 0.3)


def test_a_stream_that_closed_its_output_has_a_time_limit() -> None:
    with pytest.raises(CommandError, match="did not end within"):
        Streamer(lambda line: None, Event())(("sh", "-c", "exec >&- 2>&-; sleep 30"), 0.5)


def test_a_stop_ends_the_running_command() -> None:
    stop = Event()
    Timer(0.2, stop.set).start()
    started = time.monotonic()

    with pytest.raises(Stopped):
        Streamer(lambda line: None, stop)(("sleep", "30"), 60)

    assert time.monotonic() - started < 10


def test_what_a_command_started_ends_with_it() -> None:
    lines: list[str] = []
    script = "sh -c 'echo $$; exec sleep 300' & wait"

    with pytest.raises(CommandError, match="did not end within"):
        Streamer(lines.append, Event())(("sh", "-c", script), 1.0)

    (child,) = map(int, lines)
    deadline = time.monotonic() + 30
    while _runs(child):
        assert time.monotonic() < deadline, "the command's child still runs"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    """Tell whether a process lives; one that nobody has waited for yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
