"""The manual page ocicli(1), in the macros of man(7)."""

import argparse
from collections.abc import Iterable

from ocinstaller.cli.catalogue import Described

_HEAD = r""".TH OCICLI 1 "" "OpenStack Cluster Installer" "User Commands"
.SH NAME
ocicli \- defines OpenStack clusters and installs machines
.SH SYNOPSIS
.B ocicli
.I command
.RI [ argument " ...]"
.SH DESCRIPTION
The operator's command line of the OpenStack Cluster Installer: it asks the server's REST API.
.B ocicli help
.I command
or
.B ocicli
.I command
.B \-\-help
tells all about one command.
.SH ENVIRONMENT
.TP
.B OCI_API_URL
The server, such as https://oci.example.com.
.TP
.B OCI_TOKEN
An API token; without it:
.TP
.BR OCI_LOGIN ", " OCI_PASS
Login and password.
.TP
.B OCI_CACERT
File with the CA of the server's certificate; otherwise the system's CAs.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
The server refused, with the reason on standard error. An object that somebody else changed since
the command read it is such a reason.
.TP
.B 2
Wrong usage; for cluster\-plan: something would change.
.TP
.B 3
The server cannot be reached.
.SH OUTPUT
Commands that print objects take these options.
"""
_TAIL = r""".SH COMPLETION
.nf
ocicli complete > /etc/bash_completion.d/ocicli
.fi
.PP
completes commands, options, their values, and the names of machines, clusters and other objects.
"""
_SHARED = {
    "formatter": "table, json, yaml, csv or value",
    "columns": "only this column; may be given several times",
    "sort_columns": "sort by this column; may be given several times",
}


def page(commands: Iterable[Described], shared: Iterable[argparse.Action]) -> str:
    """Return the page."""
    lines = [_HEAD.rstrip()]
    for action in shared:
        if action.dest in _SHARED:
            lines += [".TP", option(action), text(_SHARED[action.dest])]
    lines.append(".SH COMMANDS")
    for command in commands:
        lines += _command(command)
    return "\n".join(lines) + "\n" + _TAIL


def _command(command: Described) -> list[str]:
    usage = [f"\\fB{text(command.name)}\\fR"]
    usage += [f"\\fI{text(name_of(action))}\\fR" for action in command.positionals]
    usage += ["[options]"] if command.options else []
    lines = [f".SS {' '.join(usage)}", text(command.summary)]
    for action in command.positionals:
        lines += [".TP", f".I {text(name_of(action))}", help_text(action)]
    for action in command.options:
        lines += [".TP", option(action), help_text(action)]
    return [*lines, ".PP", "Example:", ".PP", ".nf", f"    {text(command.example)}", ".fi"]


def name_of(action: argparse.Action) -> str:
    """Return a positional argument's name, in brackets when it may be missing."""
    name = str(action.metavar or action.dest).upper()
    return f"[{name}]" if action.nargs in ("?", "*") else name


def option(action: argparse.Action) -> str:
    """Return an option's names and its value."""
    flags = ", ".join(f"\\fB{text(flag)}\\fR" for flag in action.option_strings)
    if action.nargs == 0:
        return flags
    value = action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper()
    return f"{flags} \\fI{text(str(value))}\\fR"


def help_text(action: argparse.Action) -> str:
    """Return what an argument is for, with its default where it names it."""
    named = {"default": action.default, "prog": "", "metavar": action.metavar}
    return text((action.help or "") % named)


def text(plain: str) -> str:
    """Return what makes man(7) print a text as it is."""
    escaped = " ".join(plain.split()).replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped[:1] in ("'", ".") else escaped
