"""The original's own client, unpacked from its Debian package, against a real server."""

import csv
import json
import os
import shutil
import signal
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ocinstaller.actions import users
from ocinstaller.actions.context import open_installation
from ocinstaller.model.access import UserRole
from ocinstaller.model.hardware import HardwareReport
from tests.cli.conftest import ServerProcess
from tests.support import write_config

PACKAGE = "openstack-cluster-installer-cli"
REPORTS = Path(__file__).parent / "reports"
PASSWORD = "correct-horse-battery"  # the client does not encode what it puts into the URL
_OVER_ETC = 'mount -t overlay overlay -o "lowerdir=$0:/etc" /etc && exec "$@"'


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the unpacked package; nothing of it is installed."""
    directory = tmp_path_factory.mktemp("original")
    directory.chmod(0o755)
    for command in (
        ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", PACKAGE],
        ["sh", "-c", "dpkg-deb -x *.deb root"],
    ):
        subprocess.run(
            command, cwd=directory, check=True, capture_output=True, text=True, timeout=300
        )
    return directory / "root"


class OriginalClient:
    """The client, with its `/etc/ocicli` over that of the host, and a server to talk to."""

    def __init__(self, root: Path, server: ServerProcess, scratch: Path) -> None:
        self._root, self._server, self._scratch = root, server, scratch

    def run(
        self, *arguments: str, login: str = "operator", password: str = PASSWORD, answer: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one command as an operator types it, and answer what it asks."""
        return subprocess.run(
            self._command(arguments), env=self._environment(login, password),
            input=answer, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    @contextmanager
    def watching(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command that goes on until machines are as it wants them; with its output."""
        process = subprocess.Popen(
            self._command(arguments), env=self._environment("operator", PASSWORD),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        etc = str(self._root / "etc")
        return ["unshare", "--mount", "sh", "-c", _OVER_ETC, etc, "ocicli", *arguments]

    def _environment(self, login: str, password: str) -> dict[str, str]:
        return os.environ | {
            "PATH": f"{self._root / 'usr/bin'}:{os.environ['PATH']}",
            "TMPDIR": str(self._scratch),
            "CURL_CA_BUNDLE": str(self._server.ca),
            "OCI_API_URL": f"https://localhost:{self._server.https_port}/oci/api.php?",
            "OCI_LOGIN": login,
            "OCI_PASS": password,
        }

    def learns_variables(self) -> None:
        """Put the server's list of settings where the client looks for it."""
        trust = ssl.create_default_context(cafile=str(self._server.ca))
        url = f"https://localhost:{self._server.https_port}/oci/variables.json"
        with urllib.request.urlopen(url, timeout=60, context=trust) as answer:  # noqa: S310
            (self._root / "etc/ocicli/variables.json").write_bytes(answer.read())

    def site_documents(self, racking: object, profiles: object) -> None:
        """Put the site's documents where the server's configuration says."""
        for name, document in (("auto-racking", racking), ("hardware-profiles", profiles)):
            (self._scratch / f"{name}.json").write_text(json.dumps(document))

    def does(self, *arguments: str) -> None:
        """Run a command that has nothing to show but that it was done."""
        done = self.run("-csv", *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, "Ok.\n", ""), done

    def lists(self, *arguments: str) -> list[dict[str, str]]:
        """Run a command that shows rows."""
        done = self.run("-csv", *arguments)
        assert (done.returncode, done.stderr) == (0, ""), done
        return list(csv.DictReader(done.stdout.splitlines(), restkey="more"))

    def shows(self, *arguments: str) -> dict[str, str]:
        """Run a command that shows fields and values."""
        return {row["Field"]: row["Value"] for row in self.lists(*arguments)}

    def is_refused(self, *arguments: str, **who: str) -> str:
        """Run a command that is refused; return the reason."""
        done = self.run("-csv", *arguments, **who)
        first, _, reason = done.stdout.partition("\n")
        assert (done.returncode, first) == (1, "Could not query API:"), done
        return reason.strip()

    def log(self) -> str:
        """Return the server's log."""
        return self._server.log.read_text()

    def boots(self, name: str, **changes: str) -> str:
        """Send the report of an original agent, as it is or with other values; return the answer."""
        body = (REPORTS / f"{name}.json").read_text()
        for old, new in changes.items():
            body = body.replace(old, new)
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._server.http_port}/oci/report.php",
            body.encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our server
            return str(answer.read().decode())

    def tells(self, serial: str, status: str) -> str:
        """Tell a machine's status as the original's scripts on it do; return the answer."""
        query = urlencode({"chassis-serial": serial, "status": status})
        url = f"http://127.0.0.1:{self._server.http_port}/oci/install-status.php?{query}"
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our server
            return str(answer.read().decode())

    def binds_key(self, report: HardwareReport) -> None:
        """Report a machine as the agent of this server's own live system does."""
        request = urllib.request.Request(
            f"https://localhost:{self._server.https_port}/node/v1/report",
            report.model_dump_json().encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {'k' * 43}"},
        )
        trust = ssl.create_default_context(cafile=str(self._server.ca))
        urllib.request.urlopen(request, timeout=60, context=trust).close()  # noqa: S310


@pytest.fixture(scope="module")
def client(
    tmp_path_factory: pytest.TempPathFactory, fresh_installation: Path, package: Path
) -> Iterator[OriginalClient]:
    """Run a server with an operator and a viewer; return the client."""
    directory = tmp_path_factory.mktemp("server")
    shutil.copytree(fresh_installation, directory, symlinks=True, dirs_exist_ok=True)
    oci = open_installation(write_config(directory))
    for role in (UserRole.OPERATOR, UserRole.VIEWER):
        oci.store.write(lambda s, role=role: users.create_user(s, role, PASSWORD, role=role))
    oci.store.engine.dispose()
    server = ServerProcess(directory)
    server.start()
    try:
        client = OriginalClient(package, server, directory)
        client.learns_variables()
        yield client
    finally:
        server.stop()
