"""SSH keys: the server's own pair, and the list of those that may log in as root."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from ocinstaller.files import create_once, write_atomic


def ensure_pair(private: Path, comment: str) -> str:
    """Return the public key of a pair, making the pair unless it exists.

    :param private: file of the private key (mode 0600); the public one lies beside it as `.pub`
    :returns: a line of authorized_keys(5)
    :raises ValueError: the file is no private key without a passphrase
    """
    fresh = Ed25519PrivateKey.generate()
    create_once(
        private,
        fresh.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
        mode=0o600,
    )
    # Of several that begin at once, one file stays: the public key is always made from it.
    kept = load_ssh_private_key(private.read_bytes(), password=None)
    blob = kept.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    line = f"{blob.decode()} {comment}"
    create_once(private.with_name(f"{private.name}.pub"), f"{line}\n".encode(), mode=0o644)
    return line


def take_over(listed: Path, own: str, others: Path) -> list[str]:
    """Make the list of authorised keys, or add the server's own key to it; nothing is removed.

    :param listed: the list, a file as in authorized_keys(5)
    :param own: the server's own public key
    :param others: a list whose keys a new list begins with; it may be absent
    :returns: the lines that were added
    :raises OSError: a file cannot be read or written
    """
    present = _lines(listed)
    added = [] if listed.exists() else [line for line in _lines(others) if _is_key(line)]
    if _blob(own) not in {_blob(line) for line in (*present, *added)}:
        added.append(own)
    if added:
        write_atomic(
            listed, "".join(f"{line}\n" for line in (*present, *added)).encode(), mode=0o644
        )
    return added


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def _is_key(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _blob(line: str) -> str:
    """Return the key itself: the longest word, whatever options and comment are around it."""
    return max(line.split(), key=len, default="")
