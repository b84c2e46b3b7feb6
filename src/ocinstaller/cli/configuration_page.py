"""The manual page of the configuration file, from the table of its options."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from oslo_config import cfg

from ocinstaller.cli.manual import text


def page(file: Path, options: Mapping[str, Sequence[cfg.Opt]]) -> str:
    """Return the page.

    :param options: by section
    """
    lines = [
        f'.TH {text(file.name.upper())} 5 "" "OpenStack Cluster Installer" "File Formats"',
        ".SH NAME",
        f"{text(file.name)} \\- configuration of the OpenStack Cluster Installer",
        ".SH SYNOPSIS",
        f".I {text(str(file))}",
        ".SH DESCRIPTION",
        "Sections in brackets, below them options as name = value. Every option has a default;",
        "a malformed value stops the server at its start with a message that names it.",
    ]
    for section, members in options.items():
        lines.append(f".SH [{text(section)}]")
        for option in members:
            lines += [".TP", f".B {text(option.name)}", text(f"{option.help}{_default(option)}")]
    return "\n".join([*lines, ".SH SEE ALSO", ".BR oci\\-server (8)"]) + "\n"


def _default(option: cfg.Opt) -> str:
    default = option.default
    shown = ", ".join(default) if isinstance(default, list) else default
    return "" if shown in (None, "") else f" ({shown})"
