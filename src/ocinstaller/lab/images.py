"""Has the images built by the product's own command."""

import os
from collections.abc import Callable

from ocinstaller.lab import mirror, server
from ocinstaller.lab.command import follow
from ocinstaller.lab.layout import Lab

KINDS = ("live", "target", "puppetserver")
"""What every lab has."""
BUILD_S = 3600.0
"""On busy cores, the packages of a controller alone take half an hour."""


def build(lab: Lab, kind: str, show: Callable[[str], None]) -> None:
    """Build an image unless one of the same inputs is there, showing what the builder says.

    :raises CommandError: the builder failed.
    """
    argv = server.command(
        "oci-build-image",
        *(kind, "--output", str(lab.images), "--initrd-modules", "list", "--no-firmware"),
        *("--authorized-keys", str(server.authorized_keys(lab))),
    )
    environment = {**os.environ, **mirror.host_environment(lab)}
    follow(argv, show, timeout_s=BUILD_S, env=environment)
