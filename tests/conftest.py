"""Fixtures for all tests."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from ocinstaller.actions import credentials, users
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.api.app import boot_app, https_app
from ocinstaller.model.access import UserRole
from ocinstaller.web import pages
from tests.support import write_config, write_image

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Let tests hash passwords with the least of rounds that bcrypt takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "_ROUNDS", 4)
        yield


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a real MariaDB on a socket; return a function from data base name to URL."""
    directory = tmp_path_factory.mktemp("mariadb")
    data, sock = directory / "data", directory / "s"
    subprocess.run(
        [
            "mariadb-install-db", "--no-defaults", f"--datadir={data}", "--user=root",
            "--auth-root-authentication-method=normal", "--skip-test-db",
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    server = subprocess.Popen(
        [
            "mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={sock}", "--user=root",
            "--skip-networking", f"--pid-file={directory / 'pid'}",
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"mysql+pymysql://root@localhost/{{}}?unix_socket={sock}"
    try:
        _wait_for(url.format("mysql"), server)
        yield url
    finally:
        server.terminate()
        server.wait(60)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    engine = create_engine(url)
    deadline = time.monotonic() + 60
    while True:
        try:
            with engine.connect():
                return
        except Exception:
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the URL of an empty data base, of each kind in turn."""
    if request.param == "sqlite":
        yield ""
        return
    url = request.getfixturevalue("mariadb_server")
    engine = create_engine(url.format("mysql"))
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS oci"))
        connection.execute(text("CREATE DATABASE oci"))
    yield url.format("oci")


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


@pytest.fixture
def anonymous(oci: Installation) -> TestClient:
    """Return a client of the HTTPS application that has not logged in."""
    return TestClient(https_app(oci, pages.router), client=("127.0.0.1", 50000))


@pytest.fixture
def operator(oci: Installation) -> TestClient:
    """Return a client of the HTTPS application that is logged in."""
    client = TestClient(https_app(oci, pages.router), client=("127.0.0.1", 50000))
    client.auth = ("admin", PASSWORD)
    return client


@pytest.fixture
def starter(oci: Installation) -> TestClient:
    """Return a client of the application for starting machines."""
    return TestClient(boot_app(oci), client=("127.0.0.1", 50000))
