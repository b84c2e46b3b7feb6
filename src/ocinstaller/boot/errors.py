"""Errors of the boot room."""


class BootSettingError(ValueError):
    """A value that would break a boot configuration."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(f"{field}: {value!r} is not allowed; allowed: {allowed}")
        self.field = field
        self.value = value
        self.allowed = allowed
