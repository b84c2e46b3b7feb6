"""How checks of a cloud follow each other; what they check is tested on a real one."""

from collections.abc import Callable

import pytest

from ocinstaller.lab import verify
from ocinstaller.lab.errors import CommandError
from ocinstaller.lab.tenant import CheckError, NothingToCheckError, Tenant
from ocinstaller.lab.workloads import CHECKS, Check


class Nowhere(Tenant):
    """A project in a cloud with an image service only; clients only note what they are told."""

    services = frozenset({"image"})  # type: ignore[assignment]

    def __init__(self) -> None:
        self._undo = []
        self.done: list[str] = []
        self.refused = ""

    def client(self, *words: str) -> str:
        self.done.append(" ".join(words))
        if words[0] == self.refused:
            raise CommandError(words, 1, "usage\nConflict: it is in use\n")
        return ""


def making(tenant: Nowhere, name: str) -> Callable[[Tenant], str]:
    def work(_: Tenant) -> str:
        tenant.later(tenant.client, "remove", name)  # type: ignore[arg-type]
        return f"made {name}"

    return work


def failing(error: Exception) -> Callable[[Tenant], str]:
    def work(_: Tenant) -> str:
        raise error

    return work


def outcome(results: list[verify.Result]) -> dict[str, tuple[str, str]]:
    return {result.title: (result.state, result.said) for result in results}


def test_what_depends_on_a_failure_is_skipped_and_the_rest_is_done() -> None:
    tenant = Nowhere()
    checks = (
        Check("first", making(tenant, "a")),
        Check("second", failing(CheckError("it is broken"))),
        Check("third", making(tenant, "c"), after=("first", "second")),
        Check("fourth", making(tenant, "d"), after=("first",), service="image"),
        Check("fifth", making(tenant, "e"), service="volume"),
    )
    shown: list[verify.Result] = []
    results = verify.Verification(tenant, shown.append).run(checks)
    assert outcome(results) == {
        "first": ("ok", "made a"),
        "second": ("failed", "it is broken"),
        "third": ("skipped", "needs second"),
        "fourth": ("ok", "made d"),
        "fifth": ("skipped", "no volume service in the catalogue"),
        "clean up": ("ok", "2 steps"),
    }
    assert shown == results
    assert tenant.done == ["remove d", "remove a"]


def test_a_check_can_find_that_there_is_nothing_to_check() -> None:
    check = Check("moved", failing(NothingToCheckError("1 compute machine")))
    results = verify.Verification(Nowhere(), print).run((check,))
    assert outcome(results)["moved"] == ("skipped", "1 compute machine")


def test_the_reason_is_what_the_client_said_last() -> None:
    error = CommandError(("openstack", "server", "create"), 1, "Traceback\nNo valid host\n")
    results = verify.Verification(Nowhere(), print).run((Check("server", failing(error)),))
    assert outcome(results)["server"] == ("failed", "No valid host")


def test_one_thing_that_cannot_be_removed_does_not_keep_the_rest() -> None:
    tenant = Nowhere()
    tenant.refused = "delete"
    for word in ("remove", "delete", "erase"):
        tenant.later(tenant.client, word)  # type: ignore[arg-type]
    results = verify.Verification(tenant, print).run(())
    assert tenant.done == ["erase", "delete", "remove"]
    assert outcome(results)["clean up"] == (
        "failed",
        "1 of 3 steps failed: Conflict: it is in use",
    )


def test_what_was_made_goes_also_when_somebody_interrupts() -> None:
    tenant = Nowhere()
    checks = (Check("made", making(tenant, "a")), Check("long", failing(KeyboardInterrupt())))  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        verify.Verification(tenant, print).run(checks)
    assert tenant.done == ["remove a"]


def test_checks_come_after_what_they_need() -> None:
    seen: set[str] = set()
    for check in CHECKS:
        assert set(check.after) <= seen, check.title
        seen.add(check.title)
    assert len(seen) == len(CHECKS)
