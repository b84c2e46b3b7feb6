"""A client of QEMU's machine protocol, enough for the buttons of a machine.

Protocol: https://www.qemu.org/docs/master/interop/qmp-spec.html
"""

import json
import os
import socket
from pathlib import Path
from typing import Any

from ocinstaller.lab.errors import LabError

TIMEOUT_S = 10.0


def execute(path: Path, command: str) -> Any:
    """Run one command on the machine behind a QMP socket and return its answer.

    :raises LabError: nobody listens, or QEMU refuses the command.
    """
    try:
        with _connect(path) as connection, connection.makefile("rw") as stream:
            _receive(stream.readline())
            answer = None
            for name in ("qmp_capabilities", command):
                stream.write(json.dumps({"execute": name}) + "\n")
                stream.flush()
                answer = _receive(stream.readline())
                while "event" in answer:
                    answer = _receive(stream.readline())
            return answer["return"] if answer else None
    except OSError as error:
        raise LabError(
            f"QEMU's control socket {path} does not answer {command}: {error}"
        ) from error


def _connect(path: Path) -> socket.socket:
    # A socket's address holds 107 bytes, a directory's path may be longer: so through /proc.
    directory = os.open(path.parent, os.O_PATH | os.O_CLOEXEC)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT_S)
    try:
        connection.connect(f"/proc/self/fd/{directory}/{path.name}")
    except OSError:
        connection.close()
        raise
    finally:
        os.close(directory)
    return connection


def _receive(line: str) -> dict[str, Any]:
    if not line:
        raise ConnectionResetError("the connection was closed")
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise LabError(f"QEMU refuses: {answer['error'].get('desc', answer['error'])}")
    return answer
