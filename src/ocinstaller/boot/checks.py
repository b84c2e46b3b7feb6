"""Checks of values that end up in line-based configuration files.

A value with a line break or a blank could add directives of its own, so each has a closed form.
"""

import re

from ocinstaller.boot.errors import BootSettingError

_HTTP_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._~!&'()*+,;=:@%/?-]*)?")
_CMDLINE = re.compile(r"[!-~]+( [!-~]+)*")
CMDLINE_LIMIT = 2047
"""Characters of a kernel command line: COMMAND_LINE_SIZE of x86 is 2048 with the final NUL."""


def check_url(field: str, value: str) -> None:
    """:raises BootSettingError: unless the value is an HTTP(S) URL in plain ASCII."""
    if not _HTTP_URL.fullmatch(value):
        raise BootSettingError(field, value, "an http:// or https:// URL without blanks")


def check_cmdline(field: str, value: str) -> None:
    """:raises BootSettingError: unless the value is words of printable ASCII, not too long."""
    if value and not _CMDLINE.fullmatch(value):
        raise BootSettingError(field, value, "words of printable ASCII, separated by one blank")
    if len(value) > CMDLINE_LIMIT:
        raise BootSettingError(field, f"{len(value)} characters", f"at most {CMDLINE_LIMIT}")
