"""Style sheet, scripts and icon: the same for everybody, kept by browsers until they change.

`htmx.min.js` is Debian's package libjs-htmx, served from where the package puts it.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Response

from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import Server
from ocinstaller.model.errors import NotFound
from ocinstaller.model.text import Text

router = APIRouter(include_in_schema=False)

_OWN = Path(__file__).parent / "data" / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PACKAGED = {"htmx.min.js": Path("htmx/htmx.min.js")}
_NAMES = ("oci.css", "oci.js", "oci.svg", *_PACKAGED)
_DIGITS = 12  # of SHA-256: tells versions of one file apart


def asset_file(oci: Installation, name: str) -> Path:
    """Return the file of an asset, whether or not it exists."""
    if name in _PACKAGED:
        return Path(oci.conf.web.javascript_directory) / _PACKAGED[name]
    return _OWN / name


@lru_cache(maxsize=64)
def _content(file: Path, _changed_ns: int) -> tuple[bytes, str]:
    content = file.read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:_DIGITS]


def _load(file: Path) -> tuple[bytes, str]:
    """Return content and version of a file; both empty when it does not exist."""
    try:
        return _content(file, file.stat().st_mtime_ns)
    except OSError:
        return b"", ""


def versions(oci: Installation) -> dict[str, str]:
    """Return the address of each asset that exists; it changes with the content."""
    loaded = {name: _load(asset_file(oci, name))[1] for name in _NAMES}
    return {name: f"/oci/static/{name}?v={version}" for name, version in loaded.items() if version}


@router.get("/oci/static/{name}")
def asset(oci: Server, name: str) -> Response:
    """Return an asset."""
    content, version = _load(asset_file(oci, name)) if name in _NAMES else (b"", "")
    if not version:
        raise NotFound(Text("asset"), name, ", ".join(_NAMES))
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, headers=headers, media_type=_TYPES[Path(name).suffix])
