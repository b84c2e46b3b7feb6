"""How values and counts read in sentences."""

from ocinstaller.model.settings import Value


def is_yes(value: Value) -> bool:
    """Tell whether a setting is on; settings hold booleans or the words `yes` and `no`."""
    return value is True or value == "yes"


def machines(number: int, kind: str) -> str:
    """Return `3 compute machines`, `1 compute machine` or `no compute machines`."""
    return f"{number or 'no'} {kind} machine{'' if number == 1 else 's'}"
