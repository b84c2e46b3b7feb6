"""Delays and persistence."""

from itertools import islice
from threading import Event

import pytest

from ocinstaller.agent.backoff import LONGEST_S, delays, jittered, persist
from ocinstaller.agent.errors import Stopped


def test_jitter_stays_within_a_fifth() -> None:
    values = [jittered(30) for _ in range(1000)]

    assert 24 <= min(values) < 27
    assert 33 < max(values) <= 36


def test_delays_double_up_to_five_minutes() -> None:
    first, second, third, *rest = islice(delays(), 2000)

    assert (round(first), round(second / 2), round(third / 4)) == (1, 1, 1)
    assert max(rest) <= LONGEST_S
    assert rest[-1] >= LONGEST_S * 0.8


def test_an_action_is_repeated_until_it_succeeds() -> None:
    outcomes: list[Exception | str] = [OSError(), OSError(), "done"]

    def action() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    result = persist(
        action, retry=lambda error: True, stop=Event(), waits=lambda: iter([0.0, 0.0, 0.0])
    )

    assert result == "done"


def test_what_cannot_be_retried_is_raised() -> None:
    def action() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        persist(action, retry=lambda error: isinstance(error, OSError), stop=Event())


def test_a_stop_ends_the_repetition() -> None:
    stop = Event()

    def action() -> None:
        stop.set()
        raise OSError

    with pytest.raises(Stopped):
        persist(action, retry=lambda error: True, stop=stop)
