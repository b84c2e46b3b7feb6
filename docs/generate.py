"""Writes the reference pages from the tables of the code: `python docs/generate.py`.

A test fails when a page is stale.
"""

import importlib
from pathlib import Path

from ocinstaller.api.permissions import PROVEN_OTHERWISE, ROUTES
from ocinstaller.cli.table import COMMANDS
from ocinstaller.model.access import (
    PERMISSION_MEANINGS,
    ROLE_PERMISSIONS,
    SOURCE_MEANINGS,
    Permission,
    UserRole,
)
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.roles import NETWORK_PURPOSES, ROLES
from ocinstaller.model.secret_specs import SECRETS
from ocinstaller.model.states import LOCAL_BOOT_STATES, MEANINGS, TRANSITIONS, State
from ocinstaller.model.storage_layout import PARTITIONS
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
        "`ocicli complete` prints a completion script for bash.",
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


def model() -> str:
    """Return the page of roles, network purposes, secrets and disk layouts."""
    lines = ["# Roles", "", "| role | for | deployed by this version |", "| --- | --- | --- |"]
    lines += [
        f"| {r.name} | {r.purpose} | {'yes' if r.name in ROLE_CLASSES else 'no'} |" for r in ROLES
    ]
    lines += ["", "A network serves one of: " + ", ".join(NETWORK_PURPOSES) + "."]
    lines += [
        "",
        "# Secrets of a cluster",
        "",
        "| secret | kind | given to |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {s.name} | {s.kind} | {', '.join(sorted(s.roles))} |" for s in SECRETS]
    lines += ["", "# System disk (GPT)", "", "| firmware | partitions |", "| --- | --- |"]
    for firmware in Firmware:
        parts = [
            f"{p.label} ({p.size_mib or 'rest'}{' MiB' if p.size_mib else ''})"
            for p in PARTITIONS[firmware]
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


PAGES = {
    "access.md": access,
    "configuration.md": configuration,
    "states.md": states,
    "ocicli.md": commands,
    "roles.md": model,
}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
