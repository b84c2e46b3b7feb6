#!/usr/bin/python3
"""Succeeds when this machine belongs to the majority of its cluster; written for OCI."""

import subprocess
import sys

ANSWER_S = 30


def main() -> int:
    """Return 0 in the majority, 1 outside, with what corosync knows on standard output."""
    command = ["/usr/sbin/corosync-quorumtool", "-s"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_S, check=False)
    answers = dict(line.split(":", 1) for line in found.stdout.splitlines() if ":" in line)
    if answers.get("Quorate", "").strip() == "Yes":
        return 0
    print(f"{found.stdout}{found.stderr}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
