"""Access to the recorded outputs beside this file."""

from pathlib import Path

DIRECTORY = Path(__file__).with_name("recorded")


def recorded(name: str) -> str:
    """Return the text of a recorded output."""
    return (DIRECTORY / name).read_text()
