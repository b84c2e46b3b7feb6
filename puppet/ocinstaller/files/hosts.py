#!/usr/bin/python3
"""Keeps the names of the cluster's machines in /etc/hosts; written for OCI.

Usage: hosts.py [--check] FILE

FILE is JSON: full name to address. Lines about other names stay. With --check nothing is changed,
and the exit status is 1 when something would be.
"""

import json
import sys
from pathlib import Path

HOSTS = Path("/etc/hosts")


def render(text: str, wanted: dict[str, str]) -> str:
    """Return the file with one line for each wanted name, behind the lines about others."""
    kept = [line for line in text.splitlines() if _name(line) not in wanted]
    own = [f"{address}\t{name} {name.split('.')[0]}" for name, address in sorted(wanted.items())]
    return "\n".join([*kept, *own]) + "\n"


def _name(line: str) -> str:
    """Return the first name on a line; empty when it has none."""
    words = line.partition("#")[0].split()
    return words[1] if len(words) > 1 else ""


def main(arguments: list[str]) -> int:
    """Return the exit status."""
    wanted = json.loads(Path(arguments[-1]).read_text(encoding="utf-8"))
    before = HOSTS.read_text(encoding="utf-8")
    after = render(before, wanted)
    if after != before:
        if arguments[0] == "--check":
            return 1
        fresh = HOSTS.with_name(".hosts.oci")
        fresh.write_text(after, encoding="utf-8")
        fresh.chmod(0o644)
        fresh.replace(HOSTS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
