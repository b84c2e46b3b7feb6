"""Backup, restore and check on every data base, from each kind to another."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from ocinstaller.actions import clusters, database, users
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.cli import db
from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.store import migrate
from ocinstaller.store.engine import open_engine
from ocinstaller.store.tables import Base
from tests.store.test_store import define_cluster, introduce
from tests.support import write_config


def quiet(_table: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture
def filled(database: str, tmp_path: Path) -> Installation:
    oci = open_installation(write_config(tmp_path, database=database))
    oci.store.write(
        lambda s: users.create_user(
            s, "admin", "correct horse", role="administrator", source="password"
        )
    )
    define_cluster(oci)
    introduce(oci, 1)
    introduce(oci, 2)
    return oci


def content(engine: object) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables; MariaDB keeps times to the second."""
    with engine.connect() as connection:
        return {
            table.name: [
                tuple(v.replace(microsecond=0) if hasattr(v, "microsecond") else v for v in row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
        }


def test_a_backup_is_private_complete_and_sealed(filled: Installation, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    rows = database.back_up(filled.store.engine, file, quiet)
    assert file.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0]["revision"] == migrate.head_revision(filled.store.engine)
    assert len(lines) == rows + 2 and lines[0]["rows"]["machines"] == 2
    with filled.store.read() as session:
        secret = filled.vault.cluster_secrets(session, 1, ["keystone_admin"])["keystone_admin"]
    assert secret not in file.read_text()
    with pytest.raises(FileExistsError):
        database.back_up(filled.store.engine, file, quiet)


def test_a_backup_restores_into_sqlite_and_back(
    filled: Installation, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = content(filled.store.engine)
    database.back_up(filled.store.engine, tmp_path / "one", quiet)
    other = open_engine(f"sqlite:///{tmp_path}/other.sqlite")
    database.restore(other, tmp_path / "one", quiet)
    assert content(other) == before
    database.back_up(other, tmp_path / "two", quiet)
    migrate.downgrade(filled.store.engine, "base")
    database.restore(filled.store.engine, tmp_path / "two", quiet)
    assert content(filled.store.engine) == before
    assert database.check(filled.store.engine, tmp_path / "state/secrets.key") == []
    introduce(filled, 3)
    filled.store.write(lambda s: clusters.create_cluster(s, filled, "cl2", "example.com"))


def test_a_used_data_base_is_not_restored_into(filled: Installation, tmp_path: Path) -> None:
    database.back_up(filled.store.engine, tmp_path / "backup", quiet)
    before = content(filled.store.engine)
    with pytest.raises(Conflict, match="not empty"):
        database.restore(filled.store.engine, tmp_path / "backup", quiet)
    assert content(filled.store.engine) == before


@pytest.mark.parametrize("database", [""], indirect=False)
@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:5], *lines[6:]],
        lambda lines: [lines[0].replace(b"1", b"2", 1), *lines[1:]],
        lambda lines: [b"hello"],
        lambda lines: [],
    ],
)
def test_a_damaged_backup_changes_nothing(
    database: str, filled: Installation, tmp_path: Path, damage: object
) -> None:
    from ocinstaller.actions import database as use_cases

    file = tmp_path / "backup"
    use_cases.back_up(filled.store.engine, file, quiet)
    file.write_bytes(b"\n".join(damage(file.read_bytes().splitlines())))
    other = open_engine(f"sqlite:///{tmp_path}/other.sqlite")
    with pytest.raises(InvalidValue, match="oci-db backup"):
        use_cases.restore(other, file, quiet)
    assert migrate.current_revision(other) is None


def test_check_names_what_is_wrong(filled: Installation, tmp_path: Path) -> None:
    key = tmp_path / "state/secrets.key"
    engine = filled.store.engine
    assert database.check(engine, key) == []
    other = tmp_path / "other.key"
    assert "missing" in database.check(engine, other)[0]
    other.write_text("A" * 43 + "=")
    assert "not the key" in database.check(engine, other)[0]
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE swift_regions ADD COLUMN extra INTEGER"))
    assert "extra" in database.check(engine, key)[0]
    migrate.downgrade(engine, "0001")
    assert "0001" in database.check(engine, key)[0]


def test_oci_db_as_a_process(filled: Installation, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).parent / "oci-db", "--config", tmp_path / "oci.conf", *arguments],
            capture_output=True, text=True, timeout=60, check=False, env=os.environ,
        )  # fmt: skip

    assert (run("check").returncode, run("upgrade").returncode) == (0, 0)
    done = run("backup", str(tmp_path / "backup"))
    assert done.returncode == 0 and "secrets.key" in done.stdout
    assert "exists already" in run("backup", str(tmp_path / "backup")).stderr
    refused = run("restore", str(tmp_path / "backup"))
    assert refused.returncode == 1 and "not empty" in refused.stderr
    assert run("fly").returncode == 2


def test_an_unreachable_data_base_is_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for url in (
        f"mysql+pymysql://root@localhost/oci?unix_socket={tmp_path}/none",
        f"postgresql+psycopg2://postgres@/oci?host={tmp_path}",
    ):
        config = write_config(tmp_path, database=url)
        assert db.main(["--config", str(config), "check"]) == 3
        assert "cannot be reached" in capsys.readouterr().err
