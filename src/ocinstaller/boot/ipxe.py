"""Renders a boot decision as an iPXE script (https://ipxe.org/scripting)."""

from ocinstaller.boot.checks import check_url
from ocinstaller.boot.decision import BootDecision, LiveBoot

RETRY_DELAY_S = 10
"""Seconds before a machine that could not fetch its files asks again."""


def ipxe_script(decision: BootDecision, retry_url: str) -> str:
    """The script for one machine; after a failure it asks `retry_url` for the next decision.

    :raises BootSettingError: when `retry_url` is not a URL.
    """
    check_url("retry_url", retry_url)
    lines = _live(decision, retry_url) if isinstance(decision, LiveBoot) else _LOCAL
    return "\n".join(("#!ipxe", *lines)) + "\n"


def ipxe_chain(url: str) -> str:
    """The script that asks `url` for the decision on the interface that iPXE started through.

    :raises BootSettingError: when `url` is not a URL.
    """
    check_url("url", url)
    return f"#!ipxe\nchain --replace {url}?mac=${{mac}}\n"


_LOCAL = (
    "echo OCI: starting from the local disk",
    "sanboot --no-describe --drive 0 --filename \\EFI\\debian\\shimx64.efi || exit 1",
)
"""iPXE of Debian 13 starts the disk's boot loader itself. Where it cannot (Debian 12), it ends with
an error, at which UEFI firmware tries its next boot entry."""


def _live(decision: LiveBoot, retry_url: str) -> tuple[str, ...]:
    return (
        f"kernel {decision.kernel_url} initrd=initrd.img {decision.full_cmdline} || goto failed",
        f"initrd --name initrd.img {decision.initrd_url} || goto failed",
        "boot || goto failed",
        ":failed",
        f"echo OCI: no start of the live system, next attempt in {RETRY_DELAY_S} s",
        "imgfree",
        f"sleep {RETRY_DELAY_S}",
        f"chain --replace {retry_url} || goto failed",
    )
