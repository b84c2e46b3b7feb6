"""Hand-over of listening sockets to a child process."""

import json
import subprocess
import sys

from ocinstaller.lab import sockets

REPORT = """
import json
from ocinstaller.lab import sockets
found = [(name, *listener.getsockname()) for name, listener in sockets.inherited()]
print(json.dumps(found))
"""


def start(listeners):
    command = sockets.launcher(
        [(name, listener.fileno()) for name, listener in listeners],
        [sys.executable, "-c", REPORT],
    )
    output = subprocess.run(
        command,
        pass_fds=[listener.fileno() for _, listener in listeners],
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout
    return json.loads(output)


def test_child_receives_every_socket_with_its_name():
    listeners = [
        ("http", sockets.listen("127.0.0.1", 0)),
        ("https", sockets.listen("127.0.0.1", 0)),
        ("https", sockets.listen("127.0.0.1", 0)),
    ]
    expected = [[name, *listener.getsockname()] for name, listener in listeners]
    assert start(listeners) == expected


def test_sockets_for_another_process_are_ignored():
    assert sockets.inherited({"LISTEN_PID": "1", "LISTEN_FDS": "2"}) == []


def test_without_hand_over_there_are_none():
    assert sockets.inherited({}) == []
