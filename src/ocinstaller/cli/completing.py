"""The completion script for bash, made from the commands' own arguments."""

import argparse
import shlex
from collections.abc import Iterable

from ocinstaller.cli.catalogue import Described

_NAMES = {
    "machine": "machine-list -f value -c serial -c hostname | sed 's, None$,,'",
    "cluster": "cluster-list -f value -c name",
    "network": "network-list -f value -c name",
    "location": "location-list -f value -c name",
    "swift_region": "swift-region-list -f value -c name",
    "role": "role-list -f value -c name",
}
"""What lists the names that an argument of this name takes."""

_OBJECTS = {
    "cluster-": "cluster",
    "location-": "location",
    "network-": "network",
    "role-": "role",
    "swift-region-": "swift_region",
}
"""The object that an argument called `name` stands for in commands that begin like this."""

_FUNCTIONS = """\
# Completion of ocicli for bash: ocicli complete > /etc/bash_completion.d/ocicli

_ocicli_names() {
    case "$1" in
%(names)s
    esac
}

_ocicli_values() {
    case "$1" in
        =*) printf '%%s\\n' ${1#=} ;;
        *) _ocicli_names "$1" 2>/dev/null ;;
    esac
}

_ocicli() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local options= values= word place=0 index
    local -a places=()
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W '%(commands)s' -- "$current"))
        return
    fi
    case "${COMP_WORDS[1]}" in
%(commands_cases)s
    esac
    # Option and what it takes: "--role=role" names, "--result==done failed" words, "--x=" anything.
    for word in "${!takes[@]}"; do
        if [ "$word" = "$previous" ]; then
            COMPREPLY=($(compgen -W "$(_ocicli_values "${takes[$word]}")" -- "$current"))
            return
        fi
    done
    if [ "${current:0:1}" = - ]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
        return
    fi
    for ((index = 2; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [ "${word:0:1}" != - ] && [ -z "${takes[${COMP_WORDS[index-1]}]+x}" ]; then
            place=$((place + 1))
        fi
    done
    COMPREPLY=($(compgen -W "$(_ocicli_values "${places[place]-}")" -- "$current"))
}

complete -F _ocicli ocicli
"""


def script(commands: Iterable[Described]) -> str:
    """Return the script."""
    known = list(commands)
    names = [f"        {kind}) ocicli {listing} ;;" for kind, listing in _NAMES.items()]
    return _FUNCTIONS % {
        "names": "\n".join(names),
        "commands": " ".join([*(command.name for command in known), "help"]),
        "commands_cases": "\n".join(map(_case, known)),
    }


def _case(command: Described) -> str:
    options = [*command.options, *command.common]
    flags = " ".join(flag for action in options for flag in action.option_strings)
    takes = " ".join(
        f"[{flag}]={shlex.quote(_takes(command, action))}"
        for action in options
        if action.nargs != 0
        for flag in action.option_strings
    )
    places = " ".join(shlex.quote(_takes(command, action)) for action in command.positionals)
    return (
        f"        {command.name}) options='{flags}'; places=({places})\n"
        f"            local -A takes=({takes}) ;;"
    )


def _takes(command: Described, action: argparse.Action) -> str:
    """Return what the argument takes: `=` and words to choose from, or whose names; or nothing."""
    if action.choices:
        return "=" + " ".join(map(str, action.choices))
    if action.dest == "name" and not command.name.endswith("-create"):
        kinds = [kind for start, kind in _OBJECTS.items() if command.name.startswith(start)]
        return kinds[0] if kinds else ""
    return action.dest if action.dest in _NAMES else ""
