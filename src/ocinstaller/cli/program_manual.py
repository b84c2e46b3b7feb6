"""The manual pages of the programs beside `ocicli`, from their own parsers."""

import argparse
from collections.abc import Iterator

from ocinstaller.cli.manual import help_text, name_of, option, text

SECTION = 8
"""Of the manual: commands of the administrator (man(1))."""


def page(parser: argparse.ArgumentParser) -> str:
    """Return the page of a program."""
    summary, _, further = str(parser.description).strip().partition("\n\n")
    summary = f"{summary[0].lower()}{summary[1:].rstrip('.')}"
    lines = [
        f'.TH {text(parser.prog.upper())} {SECTION} "" "OpenStack Cluster Installer" '
        '"System Administration"',
        ".SH NAME",
        f"{text(parser.prog)} \\- {text(summary)}",
        ".SH SYNOPSIS",
        text(parser.format_usage().removeprefix("usage: ")),
    ]
    if further:
        lines += [".SH DESCRIPTION", text(further)]
    lines += _arguments(".SH OPTIONS", parser)
    for name, command in _commands(parser):
        lines += _arguments(f".SH COMMAND {text(name)}", command)
    if parser.epilog:
        lines += [".SH NOTES", text(parser.epilog)]
    return "\n".join([*lines, ".SH SEE ALSO", ".BR ocicli (1)"]) + "\n"


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help for choice in action._choices_actions}
            for name, command in action.choices.items():
                command.description = command.description or helps.get(name)
                yield name, command


def _arguments(heading: str, parser: argparse.ArgumentParser) -> list[str]:
    lines = [heading]
    if heading != ".SH OPTIONS" and parser.description:
        lines.append(text(f"{parser.description[0].upper()}{parser.description[1:]}."))
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
            continue
        lines += [".TP", option(action) if action.option_strings else _positional(action)]
        lines.append(help_text(action))
    return lines


def _positional(action: argparse.Action) -> str:
    choices = "" if action.metavar else "|".join(map(str, action.choices or ()))
    shown = choices or name_of(action)
    return f"\\fI{text(shown)}\\fR"
