"""Drives the product as an operator does: by `ocicli`, nothing else."""

import json
import os
from collections.abc import Callable
from typing import Any

from ocinstaller.lab.command import follow, run
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.server import command

ANSWER_S = 60.0
UNREACHABLE_STATUS = 3
"""Exit code of `ocicli` when the server could not be asked."""


class OciCli:
    """`ocicli` with the credentials of the lab's administrator."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def __call__(self, *args: str) -> str:
        """Run a command and return its output.

        :raises CommandError: the product refuses, or does not answer.
        """
        return run(*command("ocicli", *args), env=self._environment(), timeout_s=ANSWER_S)

    def ask(self, *args: str) -> Any:
        """Run a command that prints a list or an object and return it."""
        return json.loads(self(*args, "-f", "json"))

    def machine(self, serial: str) -> dict[str, Any] | None:
        """A machine's row of `machine-list`, None when it is unknown."""
        for row in self.ask("machine-list"):
            if row["serial"] == serial:
                found: dict[str, Any] = row
                return found
        return None

    def follow(self, show: Callable[[str], None], timeout_s: float, *args: str) -> None:
        """Run a command that waits, passing on each line that it prints.

        :raises CommandError: it failed or took too long.
        """
        argv = command("ocicli", *args)
        follow(argv, show, timeout_s=timeout_s, env=self._environment())

    def _environment(self) -> dict[str, str]:
        pairs = (line.partition("=") for line in _lines(self._lab))
        return {**os.environ, **{name: value for name, _, value in pairs}}


def _lines(lab: Lab) -> list[str]:
    return lab.credentials_file.read_text().splitlines()
