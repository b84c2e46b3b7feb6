"""Users keep their rights when the data base is upgraded, and when it is taken back."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, TableClause, column, select, table

from ocinstaller.store import migrate
from ocinstaller.store.engine import open_engine

_USERS = table("users", *map(column, ("login", "password_hash", "is_admin", "activated")))
_LATER = table("users", *map(column, ("login", "password_hash", "role", "source", "activated")))


@pytest.fixture
def engine(database: str, tmp_path: Path) -> Engine:
    return open_engine(database or f"sqlite:///{tmp_path}/oci.sqlite")


def rows(engine: Engine, users: TableClause) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(users).order_by(users.c.login))]


def test_users_keep_their_rights_both_ways(engine: Engine) -> None:
    config = migrate._config(engine)
    command.upgrade(config, "0001")
    before = [("ada", "h", True, True), ("bob", "h", False, False)]
    with engine.begin() as connection:
        for user in before:
            connection.execute(_USERS.insert().values(user))
    command.upgrade(config, "0010")
    assert rows(engine, _LATER) == [
        ("ada", "h", "administrator", "password", True),
        ("bob", "h", "operator", "password", False),
    ]
    with engine.begin() as connection:
        connection.execute(_LATER.insert().values(("cy", "", "administrator", "radius", True)))
    command.downgrade(config, "0001")
    assert rows(engine, _USERS) == before
    command.upgrade(config, "head")
