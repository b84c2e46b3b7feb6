"""Asks the deployed cloud from outside the controller.

The client's files are the controller's (nothing else has them), its network is that of the lab:
requests go over the public bridge to the cluster's address, by its name, with the trust store
that OCI's CA is in. The controller itself knows the name as its own haproxy's; the client gets a
file of names in which it is that of the virtual address.
"""

import json
import shlex
import time
from typing import Any
from urllib.parse import urlsplit

from ocinstaller.lab import namespace, nspawn
from ocinstaller.lab.command import run, succeeds
from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.errors import LabError, StateError
from ocinstaller.lab.layout import Lab

CREDENTIALS = "/root/oci-openrc"
ANSWER_S = 120.0
READY_S = 300.0
PAUSE_S = 2.0


_WITH_NAME = """
import os, subprocess, sys
name, address, *command = sys.argv[1:]
with open("/etc/hosts") as file:
    lines = [line for line in file if name not in line.split()]
with open("/run/oci-lab-hosts", "w") as file:
    file.writelines([*lines, f"{address} {name}\\n"])
subprocess.run(["mount", "--bind", "/run/oci-lab-hosts", "/etc/hosts"], check=True)
os.execvp(command[0], command)
"""
"""Runs a command with an /etc/hosts of its own; needs a mount namespace of its own."""


class OpenStack:
    """The `openstack` command with the administrator's credentials.

    :param address: the virtual address of the API.
    :param project: whose member works; None is the administrator's own.
    """

    def __init__(
        self, lab: Lab, controller: ContainerMachine, address: str, project: str | None = None
    ) -> None:
        self._lab = lab
        self._address = address
        self._controller = controller
        self._project = project

    def in_project(self, project: str) -> "OpenStack":
        """The same user with the roles that it has in another project."""
        return OpenStack(self._lab, self._controller, self._address, project)

    def __call__(self, *args: str) -> str:
        """Run a command and return its output.

        :raises CommandError: it failed.
        """
        # Through the environment, which only root can read, not through arguments.
        environment = self.credentials()
        if self._project:
            environment["OS_PROJECT_NAME"] = self._project
        return self._outside("openstack", *args, environment=environment)

    def browse(self, script: str, *args: str, given: str) -> str:
        """Run a Python script as a user's program outside and return its output.

        :param given: its input.
        :raises CommandError: it failed.
        """
        command = ("python3", "-c", script, *args)
        return self._outside(*command, environment=self.credentials(), given=given)

    def reaches(self, address: str) -> bool:
        """Tell whether an address outside answers a ping."""
        network = namespace.namespace_path(self._lab.name)
        return succeeds("nsenter", f"--net={network}", "ping", "-c1", "-W2", address)

    def _outside(self, *command: str, environment: dict[str, str], given: str | None = None) -> str:
        network = namespace.namespace_path(self._lab.name)
        target = str(self._controller.init_process())
        enter = ("nsenter", f"--net={network}", "--target", target, "--mount", "--")
        name = urlsplit(environment["OS_AUTH_URL"]).hostname or ""
        own = ("unshare", "--mount", "--", "python3", "-c", _WITH_NAME, name, self._address)
        found = {**environment, "PATH": nspawn.PATH}
        return run(*enter, *own, *command, env=found, timeout_s=ANSWER_S, stdin=given)

    def ask(self, *args: str) -> Any:
        """Run a command that prints a list or an object and return it."""
        return json.loads(self(*args, "-f", "json"))

    def wait(self, *, timeout_s: float = READY_S) -> None:
        """Wait until a token is issued: services need a while after a machine's start.

        :raises LabError: the last failure, when the time is up.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                self("token", "issue")
            except LabError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_S)
            else:
                return

    def credentials(self) -> dict[str, str]:
        """The variables that the controller's credentials file exports.

        :raises StateError: it exports no address.
        """
        found = {}
        for line in self._controller.execute("cat", CREDENTIALS).splitlines():
            words = shlex.split(line, comments=True)
            if len(words) > 1 and words[0] == "export":
                name, _, value = words[1].partition("=")
                found[name] = value
        if "OS_AUTH_URL" not in found:
            raise StateError(f"{CREDENTIALS} on the controller names no OS_AUTH_URL")
        return found
