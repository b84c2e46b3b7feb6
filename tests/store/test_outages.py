"""The data base goes away and comes back; concurrent transactions refuse each other."""

import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ocinstaller.actions import clusters, topology, users
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.api.app import https_app
from ocinstaller.model.errors import Unavailable
from ocinstaller.store.engine import Store, open_engine
from ocinstaller.store.tables import Cluster, SwiftRegion
from tests.databases import DatabaseServer
from tests.support import write_config

PASSWORD = "correct horse battery"


@pytest.fixture
def remote(database_server: DatabaseServer, tmp_path: Path) -> Installation:
    return open_installation(write_config(tmp_path, database=database_server.fresh()))


def regions(oci: Installation) -> list[str]:
    with oci.store.read() as session:
        return list(session.scalars(select(SwiftRegion.name).order_by(SwiftRegion.name)))


def test_a_server_killed_within_a_transaction_leaves_nothing_half_done(
    remote: Installation, database_server: DatabaseServer
) -> None:
    attempts = []

    def work(session: Session) -> None:
        clusters.create_cluster(session, remote, "cl1", "example.com")
        session.flush()
        attempts.append(1)
        database_server.kill()
        topology.create_swift_region(session, "after")
        session.flush()

    with pytest.raises(Unavailable, match="nothing was changed"):
        remote.store.write(work)
    assert len(attempts) == 1
    database_server.start()
    assert regions(remote) == []
    with remote.store.read() as session:
        assert session.scalars(select(Cluster)).all() == []
    remote.store.write(lambda session: topology.create_swift_region(session, "again"))
    assert regions(remote) == ["again"]


def test_a_restart_between_two_requests_is_not_noticed(
    remote: Installation, database_server: DatabaseServer
) -> None:
    remote.store.write(lambda session: topology.create_swift_region(session, "r1"))
    database_server.kill()
    database_server.start()
    remote.store.write(lambda session: topology.create_swift_region(session, "r2"))
    assert regions(remote) == ["r1", "r2"]


def test_a_restart_before_the_commit_costs_a_repeat(
    remote: Installation, database_server: DatabaseServer
) -> None:
    attempts = []

    def work(session: Session) -> None:
        topology.create_swift_region(session, "r1")
        session.flush()
        attempts.append(1)
        if len(attempts) == 1:
            database_server.kill()
            database_server.start()
        session.execute(select(1))

    remote.store.write(work)
    assert (len(attempts), regions(remote)) == (2, ["r1"])


def test_requests_are_answered_503_with_the_time_to_come_back(
    remote: Installation, database_server: DatabaseServer
) -> None:
    remote.store.write(
        lambda s: users.create_user(s, "admin", PASSWORD, role="administrator", source="password")
    )
    client = TestClient(https_app(remote), client=("127.0.0.1", 50000))
    client.auth = ("admin", PASSWORD)
    assert client.post("/v1/swift-regions", json={"name": "r1"}).status_code == 201
    database_server.kill()
    for answer in (
        client.get("/v1/machines"),
        client.post("/v1/swift-regions", json={"name": "r2"}),
        client.get("/v1/clusters", auth=("other", "unknown password")),
        client.get("/health"),
    ):
        assert answer.status_code == 503
        assert answer.headers["retry-after"].isdigit()
        assert answer.headers["content-type"] == "application/problem+json"
        assert "oci-database" not in answer.text
    database_server.start()
    assert [r["name"] for r in client.get("/v1/swift-regions").json()] == ["r1"]


def test_deadlocks_are_resolved_by_running_again(remote: Installation) -> None:
    for name in ("a", "b"):
        remote.store.write(lambda session, n=name: topology.create_swift_region(session, n))
    met = threading.Barrier(2)
    attempts: list[str] = []

    def touch(session: Session, name: str) -> None:
        row = update(SwiftRegion).where(SwiftRegion.name == name).values(name=SwiftRegion.name)
        session.execute(row)

    def cross(first: str, second: str) -> None:
        def work(session: Session) -> None:
            attempts.append(first)
            touch(session, first)
            if attempts.count(first) == 1:
                met.wait(30)
            touch(session, second)

        remote.store.write(work)

    threads = [threading.Thread(target=cross, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert len(attempts) == 3


def test_a_locked_sqlite_is_unavailable_not_broken(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/oci.sqlite?timeout=0.01"
    holder, store = open_engine(url), Store(open_engine(url))
    with holder.execution_options(oci_write=True).connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        with pytest.raises(Unavailable, match="nothing was changed"):
            store.write(lambda session: session.execute(select(1)))
    assert store.write(lambda session: session.scalar(select(1))) == 1


def test_wrong_sql_stays_our_defect(tmp_path: Path) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path}/oci.sqlite"))
    with pytest.raises(Exception, match="no such table"):
        store.write(lambda session: session.scalars(select(SwiftRegion)).all())
