"""Errors of the image builder.

ImageError
├── SettingError     a setting has a value that cannot work
├── CommandError     an external command failed or took too long
└── BrokenImageError an image directory does not hold what its manifest says
"""

from collections.abc import Sequence

OUTPUT_TAIL_LINES = 30
"""Lines of a failed command's output that the error repeats: the cause is near the end."""


class ImageError(Exception):
    """Anything that stops an image build."""


class SettingError(ImageError):
    """A setting has a value that cannot work."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(f"{field}: {value!r} is not allowed; allowed: {allowed}")
        self.field = field
        self.value = value
        self.allowed = allowed


class CommandError(ImageError):
    """An external command failed or took too long."""

    def __init__(self, argv: Sequence[str], reason: str, output: str) -> None:
        tail = "\n".join(output.splitlines()[-OUTPUT_TAIL_LINES:])
        super().__init__(f"{argv[0]}: {reason}\n{tail}".rstrip())
        self.argv = tuple(argv)
        self.reason = reason
        self.output = output


class BrokenImageError(ImageError):
    """An image directory does not hold what its manifest says."""
