"""Events: with the change or not at all, in order, and seen by every server on the data base."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import clusters, machines, node_logs, nodes, topology
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.actions.events import History, history
from ocinstaller.model import events as model
from ocinstaller.model.errors import Duplicate
from ocinstaller.model.events import Event
from ocinstaller.model.plan import LogBatch, LogLine
from ocinstaller.store import events
from ocinstaller.store.event_tables import StoredEvent
from ocinstaller.store.feed import Feed
from tests.store.test_store import define_cluster, introduce
from tests.support import report, write_config


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Installation:
    return open_installation(write_config(tmp_path, database=database))


def stored(oci: Installation) -> list[Event]:
    return [told.event for told in oci.feed.stored(0).events]


def told(oci: Installation, since: int = 0) -> list[tuple[str, str, str]]:
    return [(e.kind, e.name, e.change) for e in stored(oci) if e.id > since]


def make_region(oci: Installation, name: str) -> None:
    oci.store.write(lambda session: topology.create_swift_region(session, name))


def test_each_change_is_told_with_what_it_belongs_to(installation: Installation) -> None:
    define_cluster(installation)
    serial = introduce(installation, 1)
    before = installation.feed.newest()
    installation.store.write(
        lambda s: machines.enrol(s, installation, serial, "cl1", "custom", "z1")
    )
    found = {(e.kind, e.change): e for e in stored(installation) if e.id > before}
    machine = found["machine", "changed"]
    assert (machine.name, machine.machine, machine.cluster) == (serial, serial, "cl1")
    assert {"cluster", "hostname", "role", "location"} <= set(machine.details["fields"])
    assert machine.details["status"] == "live"
    address = found["ip-address", "created"]
    assert (address.machine, address.cluster) == (serial, "cl1")
    before = installation.feed.newest()
    installation.store.write(lambda s: machines.remove(s, installation, serial))
    left = next(e for e in stored(installation) if e.id > before and e.kind == "machine")
    assert left.cluster == "cl1", "those who watch the cluster see it leave"


def test_a_report_that_says_nothing_new_is_not_told(installation: Installation) -> None:
    introduce(installation, 1)
    assert told(installation) == [("machine", "SERIAL0001", "created")]
    document = report(1)
    for digest in ("a" * 64, "a" * 64, "b" * 64):
        installation.store.write(
            lambda s, d=digest: nodes.receive_report(
                s, installation, document, "key1", "", "10.9.0.1", d
            )
        )
    fields = [event.details.get("fields") for event in stored(installation)]
    assert fields == [None, ["hardware"], ["hardware"]]


def test_progress_is_told_once_for_a_batch_of_lines(installation: Installation) -> None:
    serial = introduce(installation, 1)

    def plan(session: Session) -> None:
        machines.queries.machine(session, serial).plan_id = "plan"

    installation.store.write(plan)
    lines = tuple(
        LogLine(seq=number, step=f"step {number}", level="info", text="x") for number in range(3)
    )
    batch = LogBatch(serial=serial, plan_id="plan", lines=lines)
    installation.store.write(lambda s: node_logs.receive_log(s, batch, "key1"))
    (event,) = [e for e in stored(installation) if e.kind == "installation"]
    assert (event.machine, event.change, event.details["step"]) == (serial, "progress", "step 2")


def test_what_was_undone_is_not_told(installation: Installation) -> None:
    make_region(installation, "r1")
    with pytest.raises(Duplicate):
        make_region(installation, "r1")
    installation.store.rehearse(lambda s: topology.create_swift_region(s, "r2"))

    def nothing(session: Session) -> None:
        topology.create_swift_region(session, "r3")
        session.flush()
        topology.delete_swift_region(session, "r3")

    installation.store.write(nothing)
    assert told(installation) == [("swift-region", "r1", "created")]


def test_secrets_and_users_are_never_told(installation: Installation) -> None:
    installation.store.write(
        lambda s: clusters.create_cluster(s, installation, "cl1", "example.com")
    )
    assert told(installation) == [("cluster", "cl1", "created")]


def test_numbers_have_no_gaps_and_appear_in_order(installation: Installation) -> None:
    """A reader that asks on from the newest number that it saw misses none of many writers'."""
    writers, each = 8, 12
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for number in range(each):
                make_region(installation, f"w{writer}-{number}")
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while len(seen) < writers * each and not failures:
        page = installation.feed.stored(seen[-1] if seen else 0)
        assert page.complete
        seen += [told.event.id for told in page.events]
    for thread in threads:
        thread.join(60)
    assert seen == list(range(1, writers * each + 1))


def test_old_events_go_and_a_reader_is_told_that_some_are_missing(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEPT", 5)
    monkeypatch.setattr(events, "_CLEANING", 4)
    assert model.KEPT > 1000, "what the tests make smaller"
    for number in range(12):
        make_region(installation, f"r{number}")
    with installation.store.read() as session:
        kept = session.scalars(select(StoredEvent.id).order_by(StoredEvent.id)).all()
    assert kept == list(range(8, 13))
    assert not installation.feed.stored(3).complete
    assert installation.feed.stored(7).complete
    assert installation.feed.stored(12).complete
    assert not installation.feed.stored(99).complete, "the data base was restored"


def test_another_server_on_the_data_base_is_heard(installation: Installation) -> None:
    heard = threading.Event()
    feed = Feed(installation.store)
    feed.start()
    try:
        feed.listen(heard.set)
        other = open_installation(
            write_config(
                Path(installation.conf.server.state_dir).parent,
                database=installation.store.engine.url.render_as_string(hide_password=False),
            )
        )
        make_region(other, "r1")
        assert heard.wait(30)
        page = feed.remembered(0)
        assert page is not None
        assert [told.event.name for told in page.events] == ["r1"]
        assert feed.remembered(1).events == []
        assert feed.remembered(2) is None
    finally:
        feed.stop()
    assert not feed.running


def test_the_history_is_read_page_by_page_and_by_name(installation: Installation) -> None:
    names = [f"region-{number}" for number in range(5)] + ["region_5"]
    for name in names:
        make_region(installation, name)
    define_cluster(installation)

    def page(name: str, before: int | None, kind: str = "swift-region") -> History:
        with installation.store.read() as session:
            return history(session, kind, name, before, 4)

    newest = page("REGION", None)
    assert len(newest.events) == 4
    seen = [event.name for event in newest.events]
    assert newest.more
    rest = page("REGION", newest.events[-1].id)
    seen += [event.name for event in rest.events]
    assert seen == names[::-1]
    assert not rest.more
    assert [event.name for event in page("_", None).events] == ["region_5"], "no pattern"
    assert {event.kind for event in page("CL1", None, "").events} >= {"cluster"}
    assert page("", None, "ufo").events == []
