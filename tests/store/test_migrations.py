"""Every migration, up and down, on every data base."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from ocinstaller.store import migrate
from ocinstaller.store.engine import open_engine


@pytest.fixture
def engine(database: str, tmp_path: Path) -> Engine:
    return open_engine(database or f"sqlite:///{tmp_path}/oci.sqlite")


def test_up_down_and_up_again_is_the_same(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert migrate.differences(connection) == []
    migrate.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert migrate.differences(connection) == []


def test_what_listings_show_is_taken_from_the_stored_reports(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.downgrade(engine, "0001")
    hardware = json.dumps({"product": {"name": "PowerEdge"}, "memory_mib": 3_000_000_000})
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO machines (serial, status, puppet_status, status_reason, hardware,"
                " dhcp_ip, ipaddr, key_digest, first_seen, last_seen, report_counter, bootstrap)"
                " VALUES ('S1', 'live', 'notrun', '', :hardware, '', '', '',"
                " '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1, false)"
            ),
            {"hardware": hardware},
        )
        connection.execute(text("INSERT INTO machine_macs (mac, machine_id) VALUES ('m', 1)"))
    migrate.upgrade(engine)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT product_name, memory_mib FROM machines")).one()
        kept = connection.scalar(text("SELECT hardware FROM machine_reports"))
    assert tuple(row) == ("PowerEdge", 3_000_000_000)
    assert (json.loads(kept) if isinstance(kept, str) else kept) == json.loads(hardware)
    migrate.downgrade(engine, "0001")
    with engine.connect() as connection:
        again = connection.scalar(text("SELECT hardware FROM machines"))
        macs = connection.scalars(text("SELECT mac FROM machine_macs")).all()
    assert (json.loads(again) if isinstance(again, str) else again) == json.loads(hardware)
    assert macs == ["m"], "what refers to a machine stays"
