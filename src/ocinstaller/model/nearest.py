"""What somebody may have meant who typed a name that does not exist."""

import difflib
from collections.abc import Iterable

from ocinstaller.model.text import Text


def known_names(wrong: str, names: Iterable[str]) -> str:
    """Return what is allowed in the place of `wrong`: the nearest name first, if one is near."""
    ordered = sorted(names)
    listed = ", ".join(ordered) or "nothing"
    near = difflib.get_close_matches(wrong, ordered, n=1)
    return (
        Text("did you mean {near}? known are: {listed}", near=near[0], listed=listed)
        if near
        else listed
    )
