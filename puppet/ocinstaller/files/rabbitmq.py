#!/usr/bin/python3
"""Lets the brokers of a cluster forget this machine when it has no data; written for OCI.

Usage: rabbitmq.py OWN_NODE DATA_DIRECTORY NODE...

Runs before the broker starts. A machine that was installed anew has the name of a member of the
cluster and knows nothing of it; the others would refuse it. Forgotten, it joins as a new one.
"""

import subprocess
import sys
from pathlib import Path

RABBITMQCTL = "/usr/sbin/rabbitmqctl"
ANSWER_S = 20


def main(arguments: list[str]) -> int:
    """Return 0: what could not be asked is not there, and starts after this machine."""
    own, directory, *nodes = arguments
    if Path(directory).exists():
        return 0
    for node in nodes:
        if node == own or not ctl(node, "await_online_nodes", "1"):
            continue
        if ctl(node, "forget_cluster_node", own):
            print(f"{node} has forgotten {own}")
        break
    return 0


def ctl(node: str, *command: str) -> bool:
    """Run a command of the broker on another machine; return whether it succeeded."""
    where = ["--node", node, "--longnames", "--timeout", str(ANSWER_S)]
    argv = [RABBITMQCTL, "--quiet", *where, *command]
    try:
        found = subprocess.run(argv, capture_output=True, timeout=2 * ANSWER_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    return found.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
