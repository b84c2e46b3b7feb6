"""`oci-ssh-keys`: the server's SSH key pair and the list of keys of root on all machines."""

import pwd
import sys
from collections.abc import Sequence
from pathlib import Path

from oslo_config import cfg

from ocinstaller import settings
from ocinstaller.actions import ssh_keys
from ocinstaller.cli.admin import administrator_parser

_DESCRIPTION = """\
Makes the server's SSH key pair and the list of root's keys on all machines.

The pair is made unless it exists, and its public key put into the list. A list that does not exist
yet begins with the keys that may log in as root on this server. Edit it before images are built and
machines are installed; this command never removes a key.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oci-ssh-keys`."""
    parser = administrator_parser("oci-ssh-keys", _DESCRIPTION)
    parser.add_argument(
        "--keys-of",
        type=Path,
        metavar="FILE",
        help="what a new list begins with (root's authorized_keys)",
    )
    arguments = parser.parse_args(argv)
    try:
        conf = settings.load(arguments.config)
        others = arguments.keys_of or Path(pwd.getpwuid(0).pw_dir) / ".ssh/authorized_keys"
        added = ssh_keys.prepare(conf, others)
    except (cfg.Error, OSError, ValueError) as error:
        print(f"oci-ssh-keys: {error}", file=sys.stderr)
        return 1
    print(f"{conf.server.ssh_key}: the server's key")
    print(f"{conf.server.authorized_keys}: {len(added)} keys added")
    return 0


if __name__ == "__main__":
    sys.exit(main())
