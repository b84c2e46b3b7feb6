"""The commands `oci-build-image` and `openstack-cluster-installer-build-live-image`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from ocinstaller.images.build import build
from ocinstaller.images.errors import ImageError
from ocinstaller.images.kinds import ImageKind
from ocinstaller.images.progress import terminal
from ocinstaller.images.settings import InitrdModules, from_host

DEFAULT_OUTPUT = Path("/var/lib/openstack-cluster-installer/images")
AUTHORIZED_KEYS = Path("/etc/openstack-cluster-installer/authorized_keys")
"""What a live image takes when no other list is given; installations bring their own."""


def main(argv: Sequence[str] | None = None) -> int:
    """Build an image of the kind given as the first argument."""
    parser = argparse.ArgumentParser(
        prog="oci-build-image", description="Build the image that machines start from or get."
    )
    parser.add_argument(
        "kind",
        metavar="KIND",
        choices=[kind.value for kind in ImageKind],
        help=f"one of {', '.join(ImageKind)}",
    )
    _add_options(parser)
    return _build(parser.parse_args(argv))


def live_main(argv: Sequence[str] | None = None) -> int:
    """Build the live image, under the name that operators know."""
    parser = argparse.ArgumentParser(
        prog="openstack-cluster-installer-build-live-image",
        description="Build the live image that machines start from.",
    )
    parser.set_defaults(kind=ImageKind.LIVE.value)
    _add_options(parser)
    return _build(parser.parse_args(argv))


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output", type=Path, default=DEFAULT_OUTPUT, help="directory of all images (%(default)s)"
    )
    parser.add_argument("--mirror", metavar="URL", help="Debian mirror (default: this host's)")
    parser.add_argument(
        "--security-mirror", metavar="URL", help="security mirror (default: this host's)"
    )
    parser.add_argument("--release", default="trixie", help="Debian release (%(default)s)")
    parser.add_argument(
        "--authorized-keys",
        type=Path,
        metavar="FILE",
        help=f"SSH keys that may log in as root (live image: {AUTHORIZED_KEYS}, if it exists)",
    )
    parser.add_argument(
        "--initrd-modules",
        type=InitrdModules,
        choices=list(InitrdModules),
        default=InitrdModules.MOST,
        help="drivers in the live initrd: most hardware, or a list for virtual machines",
    )
    parser.add_argument(
        "--no-firmware", action="store_true", help="leave out non-free firmware (virtual machines)"
    )
    parser.add_argument(
        "--edition", default="", help="build again, with today's packages, under this label"
    )


def _build(options: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, _terminate)
    try:
        settings = from_host(
            options.output.absolute(),
            mirror=options.mirror,
            security_mirror=options.security_mirror,
            release=options.release,
            authorized_keys_file=options.authorized_keys or _listed_keys(options.kind),
            initrd_modules=options.initrd_modules,
            firmware=not options.no_firmware,
            edition=options.edition,
        )
        image = build(ImageKind(options.kind), settings, terminal)
    except (ImageError, OSError) as error:
        print(f"{options.kind} image: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing half-made was left", file=sys.stderr)
        return 130
    print(image.directory)
    return 0


def _listed_keys(kind: str) -> Path | None:
    return AUTHORIZED_KEYS if kind == ImageKind.LIVE and AUTHORIZED_KEYS.exists() else None


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
