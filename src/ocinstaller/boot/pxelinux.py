"""Renders a boot decision for PXELINUX (syslinux(1), its wiki page "Config").

Kernel and initrd are full URLs, so the program on the machine has to be `lpxelinux.0`.
"""

from ocinstaller.boot.decision import BootDecision, LiveBoot

RESTART_DELAY_S = 10
"""Seconds before a machine that could not fetch its files starts over."""


def pxelinux_config(decision: BootDecision) -> str:
    """The configuration file for one machine."""
    if isinstance(decision, LiveBoot):
        return _lines(
            "DEFAULT live",
            "PROMPT 0",
            f"TOTALTIMEOUT {RESTART_DELAY_S * 10}",
            "ONTIMEOUT restart",
            "LABEL live",
            f"  KERNEL {decision.kernel_url}",
            f"  INITRD {decision.initrd_url}",
            f"  APPEND {decision.full_cmdline}",
            "LABEL restart",
            "  COM32 reboot.c32",
        )
    return _lines(
        "DEFAULT local",
        "PROMPT 0",
        "LABEL local",
        "  COM32 chain.c32",
        "  APPEND hd0",
    )


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"
