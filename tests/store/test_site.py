"""Site roles and calls of plug-ins on every data base, with several at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from ocinstaller.actions import machines, site_roles
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.actions.plugin_runner import claim
from ocinstaller.model.errors import OciError
from ocinstaller.store.plugin_tables import PluginCall
from ocinstaller.store.tables import Machine, SiteRole
from tests.store.test_store import define_cluster, introduce
from tests.support import write_config

MACHINES = 12


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Installation:
    oci = open_installation(write_config(tmp_path, database=database))
    oci.conf.set_override("call_dns_shell_script", True, "dns_plugin")
    define_cluster(oci)
    return oci


def test_a_call_is_claimed_by_one_of_many_servers(installation: Installation) -> None:
    for number in range(MACHINES):
        serial = introduce(installation, number)
        installation.store.write(
            lambda s, serial=serial: machines.enrol(s, installation, serial, "cl1", "custom", "z1")
        )
    together = threading.Barrier(4)

    def work(_server: int) -> list[int]:
        together.wait(60)
        found: list[int] = []
        while claimed := claim(installation, 2):
            found += [call.id for call in claimed]
        return found

    with ThreadPoolExecutor(4) as pool:
        claimed = [number for found in pool.map(work, range(4)) for number in found]
    with installation.store.read() as session:
        calls = session.scalars(select(PluginCall)).all()
    assert len(claimed) == len(set(claimed))
    assert {call.id for call in calls if call.state == "running"} == set(claimed)
    # Who came while all others were locked went away empty; the next look finds them.
    rest = [call.id for _ in calls for call in claim(installation, MACHINES)]
    assert sorted(claimed + rest) == sorted(call.id for call in calls)
    assert {call.attempts for call in calls} <= {0, 1} and len(calls) == MACHINES


def test_a_role_is_not_deleted_while_somebody_takes_it(installation: Installation) -> None:
    serial = introduce(installation, 1)
    installation.store.write(lambda s: site_roles.create_role(s, "webfarm"))
    together = threading.Barrier(2)

    def enrol() -> bool:
        together.wait(60)
        try:
            installation.store.write(
                lambda s: machines.enrol(s, installation, serial, "cl1", "webfarm", "z1")
            )
        except OciError:
            return False
        return True

    def delete() -> bool:
        together.wait(60)
        try:
            installation.store.write(lambda s: site_roles.delete_role(s, "webfarm"))
        except OciError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        enrolled, deleted = pool.submit(enrol), pool.submit(delete)
        assert enrolled.result() != deleted.result()
    with installation.store.read() as session:
        role = session.scalar(select(Machine.role).where(Machine.serial == serial))
        present = session.scalar(select(SiteRole.name))
    assert (role is None) == (present is None)
