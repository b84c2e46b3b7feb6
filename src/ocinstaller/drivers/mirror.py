"""Whether a Debian mirror answers."""

import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

_TIMEOUT_S = 3.0
_SCHEMES = ("http", "https")


class MirrorError(Exception):
    """It does not answer as a mirror does."""


def look(address: str, proxy: str = "") -> None:
    """Ask for the directory that every mirror has.

    :param proxy: `host:port`; empty: none, whatever the environment says
    :raises MirrorError: it does not answer, or has no such directory
    """
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise MirrorError(str(error)) from error
    if parts.scheme in ("file", "copy"):
        if not (Path(parts.path) / "dists").is_dir():
            raise MirrorError("no directory dists")
        return
    if parts.scheme not in _SCHEMES:
        raise MirrorError(f"not one of {', '.join(_SCHEMES)}, file")
    proxies = dict.fromkeys(_SCHEMES, f"http://{proxy}") if proxy else {}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
    request = urllib.request.Request(f"{address.rstrip('/')}/dists/", method="HEAD")  # noqa: S310
    try:
        opener.open(request, timeout=_TIMEOUT_S).close()
    except urllib.error.HTTPError as error:
        # Some mirrors list no directories, and are there all the same.
        if error.code not in (401, 403, 405):
            raise MirrorError(f"status {error.code}") from error
    except (OSError, ValueError) as error:
        raise MirrorError(str(getattr(error, "reason", error))) from error
