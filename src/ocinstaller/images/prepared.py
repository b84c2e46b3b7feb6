"""Puts the packages of a role's services into a system that becomes an image.

mmdebstrap calls it as a hook when the base system is there. Nothing that the packages bring starts
by itself: Puppet configures it first, then enables and starts it. What their scripts made for one
machine only is taken out again, so that no two machines share it.
"""

import re
import sys
from pathlib import Path

from ocinstaller.images.errors import ImageError
from ocinstaller.images.kinds import TRAITS, ImageKind
from ocinstaller.images.packages import of_role
from ocinstaller.images.run import run

TIMEOUT_S = 3600.0
_STEP_TIMEOUT_S = 300.0

IDENTITIES = (
    "etc/openvswitch/conf.db",
    "etc/pacemaker/authkey",
    "etc/ssl/certs/ssl-cert-snakeoil.pem",
    "etc/ssl/private/ssl-cert-snakeoil.key",
    "var/lib/openstack-dashboard/secret-key/*",
    "var/lib/rabbitmq/.erlang.cookie",
)
"""Names and secrets that maintainer scripts make; services make their own where there is none."""

INITIATOR_NAME = "etc/iscsi/initiatorname.iscsi"
GENERATED = "GenerateName=yes\n"
"""open-iscsi makes a name at its first start when its file says this (its startup-checks.sh)."""

_PRIVATE_KEY = re.compile(rb"^-----BEGIN [A-Z ]*PRIVATE KEY-----\r?\n[A-Za-z0-9+/=]{32}", re.M)
"""A whole one (RFC 7468); scripts that only know the words are no reason to refuse."""
_LARGEST_KEY = 64 * 1024


def prepare(root: Path, packages: tuple[str, ...]) -> None:
    """Install packages into the system in `root`, disabled and without identities.

    :raises ImageError: a step failed, or a private key is left that all machines would share
    """
    before = enabled_units(root)
    run(
        [
            *("chroot", str(root), "apt-get", "--quiet", "--yes", "--no-install-recommends"),
            *("--option", "Dpkg::Use-Pty=0", "install", *packages),
        ],
        timeout_s=TIMEOUT_S,
        env={"DEBIAN_FRONTEND": "noninteractive", "SYSTEMD_OFFLINE": "1"},
    )
    if added := sorted(enabled_units(root) - before):
        run(
            ["systemctl", f"--root={root}", "--quiet", "disable", *added],
            timeout_s=_STEP_TIMEOUT_S,
        )
    forget_identities(root)
    if keys := private_keys(root):
        raise ImageError(f"all machines would share {', '.join(keys)}")


def enabled_units(root: Path) -> frozenset[str]:
    """Return the names of the units that start by themselves."""
    listed = run(
        ["systemctl", f"--root={root}", "list-unit-files", "--state=enabled", "--no-legend"],
        timeout_s=_STEP_TIMEOUT_S,
    )
    return frozenset(line.split()[0] for line in listed.splitlines() if line.strip())


def forget_identities(root: Path) -> None:
    """Remove what belongs to one machine only."""
    for pattern in IDENTITIES:
        for path in root.glob(pattern):
            path.unlink()
    name = root / INITIATOR_NAME
    if name.exists():
        name.write_text(GENERATED)


def private_keys(root: Path) -> list[str]:
    """Return the files below /etc and /var/lib that hold one; SSH's host keys go later anyway."""
    return sorted(
        str(path.relative_to(root))
        for place in ("etc", "var/lib")
        for path in (root / place).rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and path.stat().st_size <= _LARGEST_KEY
        and not path.name.startswith("ssh_host_")
        and _PRIVATE_KEY.search(path.read_bytes())
    )


def main() -> int:
    """Prepare the directory of the second argument for the kind that the first one names."""
    kind, root = ImageKind(sys.argv[1]), Path(sys.argv[2])
    try:
        prepare(root, of_role(TRAITS[kind].role))
    except (ImageError, OSError) as error:
        print(f"{kind}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
