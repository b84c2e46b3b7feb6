"""Real data base servers that the tests start themselves, and can kill."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import create_engine, text

START_S = 60


class DatabaseServer:
    """A server on a socket in a directory of its own; no network, nothing kept."""

    maintenance = ""
    """Name of a data base that always exists."""
    stop_signal = signal.SIGTERM
    """Ends the server in order without waiting for its clients."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="oci-database-"))
        self.process: subprocess.Popen[bytes] | None = None
        self.prepare()

    def prepare(self) -> None:
        """Make the server's files."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """Return the server's command line."""
        raise NotImplementedError

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a data base."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.process = subprocess.Popen(
            self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)

    def _answers(self) -> bool:
        engine = create_engine(self.url(self.maintenance))
        try:
            with engine.connect():
                return True
        except Exception:
            return False
        finally:
            engine.dispose()

    def kill(self) -> None:
        """Take its power away."""
        assert self.process is not None
        killed = self._descendants(self.process.pid)
        for child in reversed(killed):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.wait(START_S)
        # PostgreSQL does not start while one of its old processes is still there.
        deadline = time.monotonic() + START_S
        while any(map(self._runs, killed)):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    @staticmethod
    def _runs(pid: int) -> bool:
        """Tell whether a process is more than an entry nobody has read (proc(5), stat)."""
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    @staticmethod
    def _descendants(pid: int) -> list[int]:
        """Return the process and all that it started (proc(5), children)."""
        found = [pid]
        for parent in found:
            file = Path(f"/proc/{parent}/task/{parent}/children")
            found += [int(child) for child in file.read_text().split()] if file.exists() else []
        return found

    def stop(self) -> None:
        """End the server and remove its files."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            self.process.wait(START_S)
        shutil.rmtree(self.directory)

    def fresh(self, name: str = "oci") -> str:
        """Make an empty data base; return its URL."""
        engine = create_engine(self.url(self.maintenance), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(self.drop_statement(name)))
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)

    def drop_statement(self, name: str) -> str:
        """Return the statement that removes a data base, connections or not."""
        return f"DROP DATABASE IF EXISTS {name}"


class MariaDb(DatabaseServer):
    """MariaDB; it may run as root."""

    maintenance = "mysql"

    def prepare(self) -> None:
        """Make the system tables."""
        subprocess.run(
            [
                "mariadb-install-db", "--no-defaults", f"--datadir={self.directory}/data",
                "--user=root", "--auth-root-authentication-method=normal", "--skip-test-db",
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip

    def command(self) -> list[str]:
        """Return the server's command line."""
        return [
            "mariadbd", "--no-defaults", f"--datadir={self.directory}/data", "--user=root",
            f"--socket={self.directory}/s", "--skip-networking", f"--pid-file={self.directory}/pid",
        ]  # fmt: skip

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a data base."""
        return f"mysql+pymysql://root@localhost/{name}?unix_socket={self.directory}/s"


class PostgreSql(DatabaseServer):
    """PostgreSQL; it refuses to run as root, so it gets the rights of its own user."""

    maintenance = "postgres"
    stop_signal = signal.SIGINT

    def prepare(self) -> None:
        """Make the data directory, with the collation that Debian's servers usually have."""
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres", "postgres")
        subprocess.run(
            [
                *self._unprivileged(), self._program("initdb"), f"--pgdata={self.directory}/data",
                "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            ],
            check=True, capture_output=True, timeout=120, cwd="/",
        )  # fmt: skip

    def command(self) -> list[str]:
        """Return the server's command line."""
        return [
            *self._unprivileged(), self._program("postgres"), "-D", f"{self.directory}/data",
            "-k", str(self.directory), "-c", "listen_addresses=",
        ]  # fmt: skip

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a data base."""
        return f"postgresql+psycopg2://postgres@/{name}?host={self.directory}"

    def drop_statement(self, name: str) -> str:
        """Return the statement that removes a data base, connections or not."""
        return f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"

    @staticmethod
    def _unprivileged() -> list[str]:
        if os.geteuid() != 0:
            return []
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    @staticmethod
    def _program(name: str) -> str:
        """Return a program of the newest version; Debian keeps them out of PATH."""
        places = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
        return str(max(places, key=lambda place: int(place.parts[-3])))
