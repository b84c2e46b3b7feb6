"""Asking for a password without showing it."""

import getpass
import sys


class PasswordsDifferError(Exception):
    """The two that were typed are not the same."""


def read_new_password(*, from_stdin: bool) -> str:
    """Return a new password: a line of standard input, or typed twice on the terminal.

    :raises PasswordsDifferError: when the two differ
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("New password: ")
    if getpass.getpass("Again: ") != first:
        raise PasswordsDifferError("the two passwords differ; nothing was changed")
    return first
