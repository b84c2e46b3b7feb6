"""Which fields hold secrets, so that the audit never repeats them."""

HIDDEN = "(not shown)"
_WORDS = ("password", "passwd", "digest", "hash", "secret", "token", "nonce", "ciphertext", "key")
_HARMLESS = frozenset({"key_type", "swift_encryption_key_id"})


def is_secret(field: str) -> bool:
    """Tell from a field's name whether its value must not be shown."""
    lower = field.lower()
    return lower not in _HARMLESS and any(word in lower for word in _WORDS)


def masked(field: str, value: object) -> object:
    """Return a JSON value without what is secret in it, at any depth; absence stays visible."""
    if value in (None, "", [], {}):
        return value
    if is_secret(field):
        return HIDDEN
    if isinstance(value, dict):
        return {name: masked(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(field, inner) for inner in value]
    return value
