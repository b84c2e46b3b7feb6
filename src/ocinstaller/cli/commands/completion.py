"""Completion for bash."""

from argparse import Namespace

from ocinstaller.cli.base import OciCommand


class Complete(OciCommand):
    """Print a completion script for bash: commands, options, values and names of objects."""

    def take_action(self, _parsed_args: Namespace) -> None:
        """Write the script; asks no server."""
        from ocinstaller.cli.catalogue import described
        from ocinstaller.cli.completing import script

        self.app.stdout.write(script(described()))
