"""`oci-dhcp-config`: the configuration of a DHCP server that the site runs itself."""

import sys
from collections.abc import Sequence
from pathlib import Path

from oslo_config import cfg

from ocinstaller import settings
from ocinstaller.actions.installation import configured_boot_url
from ocinstaller.cli.admin import administrator_parser
from ocinstaller.drivers import dhcp_config
from ocinstaller.drivers.dhcp_config import DhcpConfigError

_PROG = "oci-dhcp-config"
_WRONG, _USAGE = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oci-dhcp-config`."""
    parser = administrator_parser(
        _PROG,
        "Prints the configuration of a DHCP server for the installation network of section [dhcp], "
        "after the server's own program has checked it. For sites that run their DHCP server "
        "themselves, with [dhcp] enabled = no.",
    )
    parser.add_argument("--backend", required=True, choices=list(dhcp_config.BACKENDS))
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write it there instead; a refused one never"
    )
    parser.add_argument(
        "--tftp-root", type=Path, metavar="DIR",
        help="copy the boot programs there too, for a TFTP server such as tftpd-hpa",
    )  # fmt: skip
    parser.add_argument(
        "--kea-server", default="", metavar="NAME",
        help="which of the two servers of [dhcp] kea_pair the configuration is for",
    )  # fmt: skip
    parser.add_argument(
        "--no-check", action="store_true", help="do not let the server's program look at it"
    )
    parser.epilog = "Exit codes: 0 done; 1 the server refuses it; 2 wrong usage or settings."
    arguments = parser.parse_args(argv)
    try:
        conf = settings.load(arguments.config)
        http_url = configured_boot_url(conf)
        text = dhcp_config.render(arguments.backend, conf, http_url, arguments.kea_server)
    except (cfg.Error, ValueError, OSError) as error:
        print(f"{_PROG}: {error}", file=sys.stderr)
        return _USAGE
    try:
        if not arguments.no_check:
            dhcp_config.check(arguments.backend, text, conf.dhcp.network_namespace)
        if arguments.tftp_root is not None:
            dhcp_config.fill_tftp_root(conf, http_url, arguments.tftp_root)
        if arguments.output is not None:
            dhcp_config.write(text, arguments.output)
    except (DhcpConfigError, OSError) as error:
        print(f"{_PROG}: {error}", file=sys.stderr)
        return _WRONG
    if arguments.output is None:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
