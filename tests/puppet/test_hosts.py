"""Names of the cluster's machines in /etc/hosts."""

import importlib.util
from pathlib import Path

FILE = Path(__file__).parents[2] / "puppet/ocinstaller/files/hosts.py"
SPEC = importlib.util.spec_from_file_location("oci_hosts", FILE)
assert SPEC is not None and SPEC.loader is not None
hosts = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hosts)

TEXT = "127.0.0.1 localhost\n10.0.0.2 me.example.com me\n10.0.0.9 other.example.com other # old\n"
WANTED = {"other.example.com": "10.0.0.3", "third.example.com": "10.0.0.4"}


def test_a_machine_that_moved_has_one_line_and_strangers_keep_theirs() -> None:
    after = hosts.render(TEXT, WANTED)
    assert after.splitlines() == [
        "127.0.0.1 localhost",
        "10.0.0.2 me.example.com me",
        "10.0.0.3\tother.example.com other",
        "10.0.0.4\tthird.example.com third",
    ]
    assert hosts.render(after, WANTED) == after
