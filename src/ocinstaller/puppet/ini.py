"""Small edits of configuration files that belong to Debian packages: pure text to text.

An administrator's own lines and comments stay; only the named settings change.
"""

import re

_SECTION = re.compile(r"^\s*\[(?P<name>[^\]]+)\]\s*$")
_HEAP = re.compile(r"-Xm[sx]\S+")
_JAVA_ARGS = re.compile(r'^JAVA_ARGS="(?P<value>[^"\n]*)"$', re.MULTILINE)


def merge_ini(text: str, wanted: dict[str, dict[str, str]]) -> str:
    """Return `text` with these settings in these sections, added or replaced in place."""
    lines = text.splitlines()
    for section, settings in wanted.items():
        for name, value in settings.items():
            lines = _with_setting(lines, section, name, value)
    return "\n".join(lines) + "\n"


def set_java_memory(text: str, heap_mib: int) -> str:
    """Return /etc/default/puppetserver with a heap of this size, minimum equal to maximum.

    Equal, because a JVM that grows into memory that is gone dies in the middle of a run.
    """
    heap = f"-Xms{heap_mib}m -Xmx{heap_mib}m"
    match = _JAVA_ARGS.search(text)
    if match is None:
        return f'{text.rstrip()}\nJAVA_ARGS="{heap}"\n'.lstrip()
    kept = " ".join(_HEAP.sub("", match["value"]).split())
    value = f"{heap} {kept}".rstrip()
    return f'{text[: match.start()]}JAVA_ARGS="{value}"{text[match.end() :]}'


def _with_setting(lines: list[str], section: str, name: str, value: str) -> list[str]:
    setting = f"{name} = {value}"
    start = _section_start(lines, section)
    if start is None:
        separator = [""] if lines and lines[-1].strip() else []
        return [*lines, *separator, f"[{section}]", setting]
    end = _section_end(lines, start)
    pattern = re.compile(rf"^\s*{re.escape(name)}\s*=")
    for number in range(start + 1, end):
        if pattern.match(lines[number]):
            return [*lines[:number], setting, *lines[number + 1 :]]
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return [*lines[:end], setting, *lines[end:]]


def _section_start(lines: list[str], section: str) -> int | None:
    for number, line in enumerate(lines):
        match = _SECTION.match(line)
        if match and match["name"] == section:
            return number
    return None


def _section_end(lines: list[str], start: int) -> int:
    for number in range(start + 1, len(lines)):
        if _SECTION.match(lines[number]):
            return number
    return len(lines)
