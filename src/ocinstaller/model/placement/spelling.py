"""How values and counts read in sentences."""

from ocinstaller.model.settings import Value
from ocinstaller.model.text import Text


def is_yes(value: Value) -> bool:
    """Tell whether a setting is on; settings hold booleans or the words `yes` and `no`."""
    return value is True or value == "yes"


def machines(number: int, kind: str) -> str:
    """Return `3 compute machines`, `1 compute machine` or `no compute machines`."""
    if number == 1:
        return Text("1 {kind} machine", kind=kind)
    if number == 0:
        return Text("no {kind} machines", kind=kind)
    return Text("{number} {kind} machines", number=number, kind=kind)
