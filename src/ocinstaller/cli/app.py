"""`ocicli`: the operator's command line.

Exit codes: 0 done; 1 the server refused, with the reason; 2 wrong usage; 3 the server cannot be
reached.
"""

import importlib
import sys
from collections.abc import Sequence

from cliff.app import App
from cliff.command import Command
from cliff.commandmanager import CommandManager, EntryPointWrapper

from ocinstaller.cli.client import Client, ClientError, Login
from ocinstaller.cli.table import COMMANDS, CommandEntry

_VERSION = "44.0.0"
_HAS_LETTERS = "machine-list"
"""The one command with letters of its own; what they mean is not imported for the others."""


class _LazyCommand(EntryPointWrapper):
    """What cliff takes for an entry point: a name and how to load the class."""

    def __init__(self, entry: CommandEntry) -> None:
        self.name = entry.name
        self._entry = entry

    def load(self, require: bool = False) -> type[Command]:  # noqa: ARG002
        """Import the command's module now that it is needed."""
        module = importlib.import_module(f"ocinstaller.cli.commands.{self._entry.module}")
        command: type[Command] = getattr(module, self._entry.cls)
        return command


class _StaticCommandManager(CommandManager):
    """Takes the commands from the table instead of scanning all installed distributions."""

    def load_commands(self, namespace: str) -> None:  # noqa: ARG002 - cliff's interface
        """Fill cliff's command table."""
        for entry in COMMANDS:
            self.commands[entry.name] = _LazyCommand(entry)


class OciCli(App):
    """The application; commands ask `client` for the server."""

    def __init__(self) -> None:
        super().__init__(
            description="OpenStack Cluster Installer: defines clusters and installs machines. "
            "Reads OCI_API_URL, OCI_TOKEN (or OCI_LOGIN and OCI_PASS) and OCI_CACERT from the "
            "environment.",
            version=_VERSION,
            command_manager=_StaticCommandManager("ocicli"),
            deferred_help=True,
        )
        # In the place of cliff's own, which knows neither values nor names.
        self.command_manager.load_commands("ocicli")
        self._client: Client | None = None
        self._exit_code = 0

    @property
    def client(self) -> Client:
        """The connection to the server, made when the first command needs it."""
        if self._client is None:
            self._client = Client(Login.from_environment())
        return self._client

    def clean_up(self, _cmd: Command, _result: int, err: BaseException | None) -> None:
        """Keep the exit code of a refusal; cliff has printed its message and knows only 1."""
        if isinstance(err, ClientError):
            self._exit_code = err.exit_code

    def run_subcommand(self, argv: list[str]) -> int:
        """Run one command and return its exit code."""
        result = int(super().run_subcommand(argv))
        return self._exit_code or result


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ocicli`."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if _HAS_LETTERS in arguments:
        from ocinstaller.cli import letters

        arguments = letters.spelt_out(arguments)
    try:
        return int(OciCli().run(arguments))
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
