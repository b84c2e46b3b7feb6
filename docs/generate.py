"""Writes the reference pages from the tables of the code: `python docs/generate.py`.

A test fails when a page is stale.
"""

import argparse
import importlib
import tomllib
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from ocinstaller.actions.cluster_files.document import sections
from ocinstaller.actions.cluster_files.reader import TEXT_LIMIT
from ocinstaller.api.compat.action import Absent, Action
from ocinstaller.api.compat.table import ACTIONS
from ocinstaller.api.permissions import PROVEN_OTHERWISE, ROUTES
from ocinstaller.cli import configuration_page, manual, program_manual
from ocinstaller.cli.catalogue import described, listing_options
from ocinstaller.cli.table import COMMANDS
from ocinstaller.model.access import (
    PERMISSION_MEANINGS,
    ROLE_PERMISSIONS,
    SOURCE_MEANINGS,
    Permission,
    UserRole,
)
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.placement.choices import CHOICES
from ocinstaller.model.placement.conditions import ALWAYS
from ocinstaller.model.placement.inputs import CLUSTER_INPUTS
from ocinstaller.model.roles import NETWORK_PURPOSES, PLAIN, ROLES
from ocinstaller.model.secret_specs import SECRETS
from ocinstaller.model.services import CONDITIONS, SERVICES, Service
from ocinstaller.model.settings import CLUSTER_SETTINGS, GROUPS, Setting, shown
from ocinstaller.model.states import LOCAL_BOOT_STATES, MEANINGS, TRANSITIONS, State
from ocinstaller.model.storage_layout import StorageSettings, system_partitions
from ocinstaller.puppet.classification import ROLE_CLASSES
from ocinstaller.settings import DEFAULT_CONFIG, OPTIONS

HERE = Path(__file__).parent


def configuration() -> str:
    """Return the page of all configuration options."""
    lines = [
        "# Configuration",
        "",
        f"`{DEFAULT_CONFIG}`, an INI file. Every option has a default; a malformed value stops the",
        "server at its start with a message that names it.",
    ]
    for section, options in OPTIONS.items():
        lines += [
            "",
            f"## [{section}]",
            "",
            "| option | default | meaning |",
            "| --- | --- | --- |",
        ]
        for option in options:
            default = option.default
            shown = ", ".join(default) if isinstance(default, list) else default
            text = f"`{shown}`" if shown not in (None, "") else "(empty)"
            lines.append(f"| {option.name} | {text} | {option.help} |")
    return "\n".join(lines) + "\n"


def states() -> str:
    """Return the page of machine states with its diagram."""
    lines = [
        "# States of a machine",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> live: first report",
    ]
    for (source, event), target in TRANSITIONS.items():
        if source is not target:
            lines.append(f"    {source} --> {target}: {event}")
    lines += ["```", "", "| state | meaning | starts from |", "| --- | --- | --- |"]
    for state in State:
        place = "its disk" if state in LOCAL_BOOT_STATES else "the network: live system"
        lines.append(f"| {state} | {MEANINGS[state]} | {place} |")
    lines += ["", "| in state | on | goes to |", "| --- | --- | --- |"]
    lines += [f"| {s} | {event} | {target} |" for (s, event), target in TRANSITIONS.items()]
    lines += ["", "Everything else is refused with the state and what is allowed."]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the page of `ocicli`'s commands."""
    lines = [
        "# ocicli",
        "",
        "Reads `OCI_API_URL`, `OCI_TOKEN` (or `OCI_LOGIN` and `OCI_PASS`) and `OCI_CACERT` from",
        "the environment.",
        "Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 server not reached.",
        "Listings take `-f table|json|yaml|csv|value`, `-c COLUMN` and `--sort-column COLUMN`.",
        "`ocicli complete` prints a completion script for bash, which completes names of objects",
        "too. The manual page ocicli(1) is `docs/man/ocicli.1`; it is installed with the package.",
        "",
        "A command that reads an object before it changes it has the server refuse the change (exit",
        "code 1) when somebody else changed the object in between.",
        "",
        "| command | arguments | what it does |",
        "| --- | --- | --- |",
    ]
    for entry in COMMANDS:
        module = importlib.import_module(f"ocinstaller.cli.commands.{entry.module}")
        cls = getattr(module, entry.cls)
        arguments = " ".join(
            f"[{flag}]"
            if flag.startswith("-") or argument.options.get("nargs") == "?"
            else flag.upper()
            for argument in cls.arguments
            for flag in argument.flags[:1]
        )
        lines.append(f"| {entry.name} | {arguments} | {cls.__doc__.splitlines()[0]} |")
    return "\n".join(lines) + "\n"


def configuration_manual() -> str:
    """Return the manual page of the configuration file."""
    return configuration_page.page(DEFAULT_CONFIG, OPTIONS)


def manual_page() -> str:
    """Return the manual page of `ocicli`."""
    return manual.page(described(), listing_options())


def model() -> str:
    """Return the page of roles, network purposes, secrets and disk layouts."""
    lines = ["# Roles", "", "| role | for | deployed by this version |", "| --- | --- | --- |"]
    lines += [
        f"| {r.name} | {r.purpose} | {'yes' if r.name in ROLE_CLASSES else 'no'} |" for r in ROLES
    ]
    lines += [
        "",
        "A site adds roles of its own with `ocicli role-create NAME`. Their machines are plain systems",
        f"like those of {PLAIN}: the same services, Puppet class and settings. They have host names",
        "`<cluster>-<NAME>-<n>` with a counter of their own, and networks of their own if some are",
        "added to a cluster for the role. A role that machines, networks or counters have cannot be",
        "deleted.",
        "",
        "A network serves a role of the site or one of: " + ", ".join(NETWORK_PURPOSES) + ".",
    ]
    lines += [
        "",
        "# Secrets of a cluster",
        "",
        "| secret | kind | given to machines with |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {s.name} | {s.kind} | {', '.join(sorted(s.services))} |" for s in SECRETS]
    lines += ["", "# System disk (GPT)", "", "| firmware | partitions |", "| --- | --- |"]
    for firmware in Firmware:
        parts = [
            f"{p.label} ({p.size_mib or 'rest'}{' MiB' if p.size_mib else ''})"
            for p in system_partitions(firmware, StorageSettings())
        ]
        lines.append(f"| {firmware} | {', '.join(parts)} |")
    return "\n".join(lines) + "\n"


def access() -> str:
    """Return the page of users' roles and of what each action takes."""
    lines = [
        "# Who may do what",
        "",
        "| permission | for | " + " | ".join(UserRole) + " |",
        "| --- " * (len(UserRole) + 2) + "|",
    ]
    for permission in Permission:
        marks = ("yes" if permission in ROLE_PERMISSIONS[role] else "no" for role in UserRole)
        lines.append(f"| {permission} | {PERMISSION_MEANINGS[permission]} | {' | '.join(marks)} |")
    lines += [
        "",
        "A token may what the lesser of its role and its owner's present role allows, but for "
        f"`{Permission.OWN}`.",
        "",
        "| source of a user | who knows the password |",
        "| --- | --- |",
    ]
    lines += [f"| {source} | {meaning} |" for source, meaning in SOURCE_MEANINGS.items()]
    lines += ["", "| action in the audit | request | permission |", "| --- | --- | --- |"]
    lines += [
        f"| {access.action} | {method} {path} | {access.permission} |"
        for (method, path), access in ROUTES.items()
    ]
    lines += ["", "| other requests | what proves who asks |", "| --- | --- |"]
    lines += [f"| {path} | {proof} |" for path, proof in PROVEN_OTHERWISE.items()]
    return "\n".join(lines) + "\n"


def services() -> str:
    """Return the page of services: where each runs, when, on which ports; and the back ends."""
    lines = [
        "# Services",
        "",
        "What runs where follows from the cluster's machines and settings alone. `ocicli",
        "cluster-explain` and `machine-explain` give the reasons for a cluster that exists,",
        "`cluster-plan` what a change would lead to.",
        "",
        "| service | ports | runs on (condition on the cluster; on the machine) | deployed |",
        "| --- | --- | --- | --- |",
    ]
    for service in SERVICES:
        ports = ", ".join(str(port) for port in service.ports) or "—"
        deployed = "yes" if service.deployment else "not yet"
        lines.append(f"| {service.name} | {ports} | {_places(service)} | {deployed} |")
    lines += ["", "| condition | means |", "| --- | --- |"]
    lines += [f"| {named} | {named.condition} |" for named in CONDITIONS]
    lines += [
        "",
        "# Back ends",
        "",
        "The first choice whose condition holds is taken.",
        "",
        "| subject | choices in their order | otherwise |",
        "| --- | --- | --- |",
    ]
    for choice in CHOICES:
        options = "<br>".join(f"{option.choice}: {option.when}" for option in choice.options)
        role = choice.about_machines
        subject = f"{choice.subject} of a {role} machine" if role else choice.subject
        lines.append(f"| {subject} | {options} | {choice.otherwise} |")
    lines += [
        "",
        "# Settings that decide",
        "",
        "| cluster setting | default |",
        "| --- | --- |",
    ]
    lines += [
        f"| {name} | {shown(CLUSTER_SETTINGS[name].default) or '(empty)'} |"
        for name in CLUSTER_INPUTS
    ]
    return "\n".join(lines) + "\n"


def _places(service: Service) -> str:
    if len(service.places) >= len(ROLES) - 1:
        when = service.places[0].when
        return "every machine" + ("" if when is ALWAYS else f": {when}")
    return "<br>".join(str(place) for place in service.places)


def cluster_file() -> str:
    """Return the page of the cluster file's keys."""
    lines = [
        "# A cluster as a file",
        "",
        "`ocicli cluster-export CLUSTER` writes it, `cluster-plan FILE` shows what would change,",
        "`cluster-apply FILE` makes it so in one transaction or not at all; applied again it changes",
        "nothing. YAML with comments, without anchors, aliases and tags;",
        f"at most {TEXT_LIMIT // 1000} kB. An unknown or doubled key is refused with its line.",
        "",
        "Swift regions and locations are created when they are missing and never deleted, because",
        "other clusters may use them. Networks that are not in the file are taken from the cluster.",
        "Machines that are not in the file, or in another place there, leave the cluster when",
        "`--remove-machines` is given; without it the file is refused. A machine whose role,",
        "location or address differs is removed and enrolled anew.",
    ]
    for name, part in sections().items():
        lines += [
            "",
            f"## {name or 'The file'}",
            "",
            "| key | needed | meaning |",
            "| --- | --- | --- |",
        ]
        for key, field in part.model_fields.items():
            needed = "yes" if field.is_required() else "no"
            lines.append(f"| {key} | {needed} | {field.description} |")
    lines += [
        "",
        "The settings of clusters and machines, and what each may be: [settings](settings.md).",
        "A secret that the file does not name stays as it is; so does what follows from events,",
        "such as initial_cluster_setup.",
    ]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Return the page of all settings."""
    lines = [
        "# Settings",
        "",
        "`ocicli cluster-set CLUSTER --OPTION VALUE`, `ocicli machine-set MACHINE --OPTION VALUE`,",
        "the same names in cluster files, in the REST API and in the node classifier. What is not",
        "set has its default; `--default SETTING` returns to it. Booleans are yes or no.",
        "A machine's setting of value `cluster_value` follows the cluster's setting of that name.",
        "Secrets are encrypted in the data base and never shown.",
    ]
    for scope, groups in GROUPS.items():
        lines += ["", f"# Settings of a {scope}"]
        for heading, table in groups.items():
            lines += [
                "",
                f"## {heading}",
                "",
                "| option | type | default | roles that receive it | meaning |",
                "| --- | --- | --- | --- | --- |",
            ]
            lines += [_setting(setting) for setting in table]
    return "\n".join(lines) + "\n"


def _setting(setting: Setting) -> str:
    options = "<br>".join(f"`{flag}`" for flag in setting.flags)
    default = f"`{shown(setting.default)}`" if setting.default != "" else "(empty)"
    unit = f" in {setting.unit}" if setting.unit else ""
    kind = ", ".join(setting.choices) or setting.kind
    roles = ", ".join(setting.roles) or "—"
    secret = "; secret" if setting.secret else ""
    return f"| {options} | {kind} | {default} | {roles} | {setting.help}{unit}{secret} |"


def compat() -> str:
    """Return the page of what the original's clients and machines get."""
    done = [action for action in ACTIONS.values() if isinstance(action, Action)]
    absent = [action for action in ACTIONS.values() if isinstance(action, Absent)]
    lines = [
        (HERE / "compat.in.md").read_text().rstrip(),
        "",
        f"## Actions of `api.php`: {len(done)} of {len(ACTIONS)}",
        "",
        "| action | parameters | as | what differs |",
        "| --- | --- | --- | --- |",
    ]
    for action in done:
        parameters = ", ".join(
            parameter.name if parameter.needed else f"[{parameter.name}]"
            for parameter in action.parameters
        )
        as_ = f"{action.access.action} ({action.access.permission})"
        lines.append(f"| {action.name} | {parameters} | {as_} | {action.difference} |")
    lines += [
        "",
        "Each of these is answered with an error that says so:",
        "",
        "| action | this server does not do it: |",
        "| --- | --- |",
    ]
    lines += [f"| {action.name} | {action.reason} |" for action in absent]
    return "\n".join(lines) + "\n"


PAGES = {
    "compat.md": compat,
    "settings.md": settings,
    "access.md": access,
    "cluster-file.md": cluster_file,
    "services.md": services,
    "configuration.md": configuration,
    "states.md": states,
    "ocicli.md": commands,
    "man/ocicli.1": manual_page,
    f"man/{DEFAULT_CONFIG.name}.5": configuration_manual,
    "roles.md": model,
}


def programs() -> dict[str, Callable[[], object]]:
    """Return the programs beside `ocicli` that people call, by name."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]
    found = {}
    for name, place in project["scripts"].items():
        module, _, function = place.partition(":")
        if name != "ocicli" and name not in CALLED_BY_PUPPET:
            found[name] = getattr(importlib.import_module(module), function)
    return found


class ParserFoundError(Exception):
    """Ends a program as soon as it has made its parser."""


def program_page(program: Callable[[], object]) -> Callable[[], str]:
    """Return how to make a program's manual page, from the parser that it makes."""

    def parse_args(parser: argparse.ArgumentParser, *_: object) -> None:
        raise ParserFoundError(parser)

    def page() -> str:
        with mock.patch.object(argparse.ArgumentParser, "parse_args", parse_args):
            try:
                program()
            except ParserFoundError as found:
                return program_manual.page(found.args[0])
        raise LookupError(f"{program} reads no arguments")

    return page


CALLED_BY_PUPPET = frozenset({"oci-puppet-external-node-classifier", "oci-puppet-autosign"})
PAGES |= {
    f"man/{name}.{program_manual.SECTION}": program_page(program)
    for name, program in programs().items()
}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
