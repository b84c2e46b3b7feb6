"""Fixtures for all tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings

from ocinstaller.actions import credentials, users
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.api.app import boot_app, https_app, serve
from ocinstaller.model.access import UserRole
from ocinstaller.web import pages
from tests.databases import DatabaseServer, MariaDb, PostgreSql
from tests.support import write_config, write_image

PASSWORD = "correct horse battery"

# How long an example takes says something of the host only.
settings.register_profile(
    "oci",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("oci")


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Let tests hash passwords with the least of rounds that bcrypt takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "_ROUNDS", 4)
        yield


def _running(server: DatabaseServer) -> Iterator[DatabaseServer]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[DatabaseServer]:
    """Run a real MariaDB."""
    yield from _running(MariaDb())


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[DatabaseServer]:
    """Run a real PostgreSQL."""
    yield from _running(PostgreSql())


SERVERS = [
    pytest.param("mariadb", marks=pytest.mark.mariadb),
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]


@pytest.fixture(params=SERVERS)
def database_server(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    """Return a running server of each kind in turn; a test may kill it."""
    server = request.getfixturevalue(f"{request.param}_server")
    yield server
    if server.process.poll() is not None:
        server.start()


@pytest.fixture(params=["sqlite", *SERVERS])
def database(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty data base, of each kind in turn; "" stands for SQLite."""
    if request.param == "sqlite":
        return ""
    url: str = request.getfixturevalue(f"{request.param}_server").fresh()
    return url


@pytest.fixture(scope="session")
def fresh_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of an installation to copy: migrations and keys take their time."""
    directory = tmp_path_factory.mktemp("fresh")
    write_image(directory, "live")
    write_image(directory, "target")
    oci = open_installation(write_config(directory))
    oci.store.write(
        lambda session: users.create_user(session, "admin", PASSWORD, role=UserRole.ADMINISTRATOR)
    )
    oci.store.engine.dispose()
    return directory


@pytest.fixture
def oci(tmp_path: Path, fresh_installation: Path) -> Installation:
    """Return a fresh installation on SQLite with the user admin."""
    shutil.copytree(fresh_installation, tmp_path, symlinks=True, dirs_exist_ok=True)
    return open_installation(write_config(tmp_path))


@pytest.fixture(scope="session")
def applications(
    tmp_path_factory: pytest.TempPathFactory, fresh_installation: Path
) -> tuple[FastAPI, FastAPI]:
    """Return both applications: describing a hundred routes takes longer than most tests."""
    directory = tmp_path_factory.mktemp("applications")
    shutil.copytree(fresh_installation, directory, symlinks=True, dirs_exist_ok=True)
    oci = open_installation(write_config(directory))
    return https_app(oci, pages.router), boot_app(oci)


@pytest.fixture
def application(applications: tuple[FastAPI, FastAPI], oci: Installation) -> FastAPI:
    """Return the HTTPS application on the fresh installation."""
    serve(applications[0], oci)
    return applications[0]


@pytest.fixture
def anonymous(application: FastAPI) -> TestClient:
    """Return a client of the HTTPS application that has not logged in."""
    return TestClient(application, client=("127.0.0.1", 50000))


@pytest.fixture
def operator(application: FastAPI) -> TestClient:
    """Return a client of the HTTPS application that is logged in."""
    client = TestClient(application, client=("127.0.0.1", 50000))
    client.auth = ("admin", PASSWORD)
    return client


@pytest.fixture
def starter(applications: tuple[FastAPI, FastAPI], oci: Installation) -> TestClient:
    """Return a client of the application for starting machines."""
    serve(applications[1], oci)
    return TestClient(applications[1], client=("127.0.0.1", 50000))
