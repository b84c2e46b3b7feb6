"""The same behaviour on every data base."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

from ocinstaller.actions import clusters, machines, nodes, topology
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.model.errors import Duplicate, OciError
from ocinstaller.store.tables import Base, IpAddress, Machine, SwiftRegion
from ocinstaller.store.vault import VaultError
from tests.support import report, write_config

THREADS = 32


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Installation:
    return open_installation(write_config(tmp_path, database=database))


def define_cluster(oci: Installation, prefix: int = 24) -> None:
    oci.store.write(lambda s: topology.create_swift_region(s, "r1"))
    oci.store.write(lambda s: topology.create_location(s, "z1", "r1"))
    oci.store.write(
        lambda s: topology.create_network(s, "n1", "10.1.0.0", prefix, "z1", is_public=False)
    )
    oci.store.write(lambda s: clusters.create_cluster(s, oci, "cl1", "example.com"))
    oci.store.write(lambda s: topology.assign_network(s, oci, "n1", "cl1", "all", "eth0", "none"))


def introduce(oci: Installation, number: int) -> str:
    document = report(number)
    oci.store.write(
        lambda s: nodes.receive_report(s, oci, document, f"key{number}", "", "10.9.0.1")
    )
    return document.serial


def test_migrations_make_exactly_the_tables_of_the_code(installation: Installation) -> None:
    with installation.store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_concurrent_enrolments_never_collide(installation: Installation) -> None:
    define_cluster(installation)
    serials = [introduce(installation, number) for number in range(THREADS)]
    together = threading.Barrier(THREADS)

    def enrol(serial: str) -> str | None:
        together.wait(60)
        view = installation.store.write(
            lambda s: machines.enrol(s, installation, serial, "cl1", "custom", "z1")
        )
        return view.hostname

    with ThreadPoolExecutor(THREADS) as pool:
        names = list(pool.map(enrol, serials))
    assert sorted(names) == sorted(f"cl1-custom-{n + 1}.example.com" for n in range(THREADS))
    with installation.store.read() as session:
        addresses = session.scalars(select(IpAddress.ip)).all()
        counted = session.scalars(select(Machine.hostname)).all()
    assert len(set(addresses)) == len(addresses) == THREADS
    assert len(set(counted)) == THREADS


def test_concurrent_creations_of_one_name_leave_one(installation: Installation) -> None:
    together = threading.Barrier(8)

    def create(_: int) -> str:
        together.wait(60)
        try:
            installation.store.write(lambda s: topology.create_swift_region(s, "r1"))
        except Duplicate:
            return "refused"
        return "created"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(8)))
    assert sorted(answers) == ["created"] + ["refused"] * 7


def test_concurrent_first_reports_of_one_machine_make_one(installation: Installation) -> None:
    together = threading.Barrier(8)

    def send(number: int) -> str:
        together.wait(60)
        try:
            installation.store.write(
                lambda s: nodes.receive_report(
                    s, installation, report(1), f"key{number}", "", "10.9.0.1"
                )
            )
        except OciError:
            return "refused"
        return "accepted"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answers) == ["accepted"] + ["refused"] * 7


def test_a_network_without_room_refuses_and_changes_nothing(installation: Installation) -> None:
    define_cluster(installation, prefix=30)
    serials = [introduce(installation, number) for number in range(3)]
    for serial in serials[:2]:
        installation.store.write(
            lambda s, name=serial: machines.enrol(s, installation, name, "cl1", "custom", "z1")
        )
    with pytest.raises(OciError, match="n1 has no free address: all 2 of 10.1.0.1 to 10.1.0.2"):
        installation.store.write(
            lambda s: machines.enrol(s, installation, serials[2], "cl1", "custom", "z1")
        )
    with installation.store.read() as session:
        left = machines.show_machine(session, serials[2]).machine
    assert (left.hostname, left.cluster, left.addresses) == (None, None, [])


def test_a_failed_transaction_leaves_nothing(installation: Installation) -> None:
    def work(session: object) -> None:
        topology.create_swift_region(session, "r1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        installation.store.write(work)
    with installation.store.read() as session:
        assert session.scalars(select(SwiftRegion)).all() == []


def test_secrets_are_unreadable_without_the_key(installation: Installation, tmp_path: Path) -> None:
    define_cluster(installation)
    with installation.store.read() as session:
        known = installation.vault.cluster_secrets(session, 1, ["keystone_admin"])
        rows = session.connection().exec_driver_sql("SELECT * FROM secrets").all()
    assert known["keystone_admin"] not in repr(rows)
    key = tmp_path / "state" / "secrets.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    other = open_installation(tmp_path / "oci.conf")
    with other.store.read() as session, pytest.raises(VaultError, match=r"secrets\.key"):
        other.vault.cluster_secrets(session, 1, ["keystone_admin"])
