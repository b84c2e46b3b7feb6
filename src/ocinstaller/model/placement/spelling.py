"""How values and counts read in sentences."""

from ocinstaller.model.snapshot import Value


def is_yes(value: Value) -> bool:
    """Tell whether a setting is on; settings hold booleans or the words `yes` and `no`."""
    return value is True or value == "yes"


def shown(value: Value) -> str:
    """Return a value as operators type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def machines(number: int, kind: str) -> str:
    """Return `3 compute machines`, `1 compute machine` or `no compute machines`."""
    return f"{number or 'no'} {kind} machine{'' if number == 1 else 's'}"
