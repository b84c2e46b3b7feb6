"""What may be asked of a BMC in ipmitool's words: a closed list.

Not in it: what opens a session of its own (`sol activate`, `shell`), reads or writes files on the
server (`exec`, `fru write`, `sel save`), or carries a password among its arguments, which others
on the server could read.
"""

from collections.abc import Sequence

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.text import Text

COMMANDS: dict[str, frozenset[str]] = {
    "chassis": frozenset(
        {
            "bootdev", "bootparam", "identify", "poh", "policy", "power", "restart_cause",
            "selftest", "status",
        }
    ),
    "channel": frozenset({"authcap", "getaccess", "info", "setaccess"}),
    "dcmi": frozenset({"discover", "power", "sensors"}),
    "fru": frozenset({"list", "print"}),
    "lan": frozenset({"print", "set", "stats"}),
    "mc": frozenset({"getenables", "guid", "info", "reset", "selftest", "watchdog"}),
    "power": frozenset({"cycle", "diag", "off", "on", "reset", "soft", "status"}),
    "sdr": frozenset({"elist", "entity", "get", "info", "list", "type"}),
    "sel": frozenset({"clear", "elist", "get", "info", "list", "time"}),
    "sensor": frozenset({"get", "list"}),
    "session": frozenset({"info"}),
    "sol": frozenset({"info", "payload", "set"}),
    "user": frozenset({"disable", "enable", "list", "priv", "summary"}),
}  # fmt: skip
"""Commands and what may follow each; see ipmitool(1)."""

MOST_ARGUMENTS = 32
MOST_CHARACTERS = 128
"""Of one argument."""


def check_command(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return a command that may be sent to a BMC.

    :raises InvalidValue: it may not
    """
    words = tuple(arguments)
    if not words or words[0] not in COMMANDS:
        raise InvalidValue(
            "arguments",
            " ".join(words),
            Text("one of {commands} and more", commands=", ".join(COMMANDS)),
        )
    following = COMMANDS[words[0]]
    if len(words) < 2 or words[1] not in following:  # noqa: PLR2004 - the command's two words
        allowed = " | ".join(sorted(following))
        raise InvalidValue("arguments", " ".join(words), f"{words[0]} {allowed}")
    for word in words[2:]:
        if not word or len(word) > MOST_CHARACTERS or not word.isprintable() or word[0] == "-":
            raise InvalidValue(
                "arguments", word, Text("printable words that do not begin with a dash")
            )
        if "password" in word.lower():
            raise InvalidValue(
                "arguments", word, Text("anything but passwords: see machine-renew-ipmi-password")
            )
    if len(words) > MOST_ARGUMENTS:
        raise InvalidValue(
            "arguments",
            f"{len(words)} words",
            Text("at most {most_arguments} words", most_arguments=MOST_ARGUMENTS),
        )
    return words
