"""The server is killed at any moment: what it acknowledged is still there."""

import http.client
import json
import ssl
import threading

import pytest

from tests.api.test_machine_way import bearer
from tests.cli.conftest import ServerProcess
from tests.cli.test_ocicli import DEFINITIONS
from tests.support import report


def post(server: ServerProcess, path: str, body: str, key: str) -> int:
    context = ssl.create_default_context(cafile=str(server.ca))
    connection = http.client.HTTPSConnection(
        "localhost", server.https_port, timeout=30, context=context
    )
    try:
        connection.request("POST", path, body, bearer(key) | {"Content-Type": "application/json"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize("after", [3, 11, 23])
def test_acknowledged_reports_and_enrolments_survive_sigkill(
    server: ServerProcess, after: int
) -> None:
    for command in DEFINITIONS:
        assert server.ocicli(*command).returncode == 0
    acknowledged: list[str] = []
    enough = threading.Event()

    def introduce(numbers: range) -> None:
        for number in numbers:
            document = report(number)
            if post(server, "/node/v1/report", document.model_dump_json(), f"key-{number}") == 200:
                acknowledged.append(document.serial)
                if len(acknowledged) >= after:
                    enough.set()

    threads = [threading.Thread(target=introduce, args=(range(n, 200, 4),)) for n in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    server.kill()
    for thread in threads:
        thread.join()
    server.start()
    listed = {
        row["serial"] for row in json.loads(server.ocicli("machine-list", "-f", "json").stdout)
    }
    assert set(acknowledged) <= listed

    serial = acknowledged[0]
    enrolled = server.ocicli("machine-add", serial, "cl1", "custom", "z1", "-f", "json")
    assert enrolled.returncode == 0, enrolled.stderr
    server.kill()
    server.start()
    shown = json.loads(server.ocicli("machine-show", serial, "-f", "json").stdout)
    assert shown["hostname"] == json.loads(enrolled.stdout)["hostname"]
    assert shown["addresses"] == json.loads(enrolled.stdout)["addresses"]

    assert server.ocicli("machine-install-os", serial).returncode == 0
    server.kill()
    server.start()
    number = int(serial.removeprefix("SERIAL"))
    assert post(server, "/node/v1/report", report(number).model_dump_json(), f"key-{number}") == 200
    shown = json.loads(server.ocicli("machine-show", serial, "-f", "json").stdout)
    assert shown["status"] == "installing"
