"""Fetching an image straight to the disk, checking it on the way."""

import hashlib
import http.client
import os
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ocinstaller.agent.errors import BadAnswer, InstallError, Unreachable
from ocinstaller.model.plan import ImageRef

TIMEOUT_S = 60.0
"""Longest silence of the server in the middle of an image."""

CHUNK_BYTES = 1024 * 1024
PROGRESS_S = 2.0


class CorruptImage(InstallError):
    """The image's bytes are not those that the plan names."""


def fetch(
    image: ImageRef,
    destination: Path,
    tls: ssl.SSLContext | None,
    progress: Callable[[int], None],
    go_on: Callable[[], None],
) -> None:
    """Write the image to `destination`, durably.

    :param progress: gets the number of bytes so far, at most every two seconds
    :param go_on: called for each chunk; raises to stop
    :raises Unreachable: the transfer broke off; worth another attempt
    :raises BadAnswer: the server does not offer the image
    :raises CorruptImage: size or digest are wrong
    """
    digest = hashlib.sha256()
    size = 0
    reported = time.monotonic()
    with destination.open("wb") as file:
        for chunk in _chunks(image, tls):
            go_on()
            size += len(chunk)
            if size > image.size_bytes:
                raise CorruptImage(f"the image is larger than the plan's {image.size_bytes} bytes")
            digest.update(chunk)
            file.write(chunk)
            if time.monotonic() - reported >= PROGRESS_S:
                reported = time.monotonic()
                progress(size)
        file.flush()
        os.fsync(file.fileno())
    if size != image.size_bytes:
        raise Unreachable(f"the image broke off after {size} of {image.size_bytes} bytes")
    if digest.hexdigest() != image.sha256:
        raise CorruptImage(
            f"the image has the SHA-256 {digest.hexdigest()}, the plan says {image.sha256}"
        )


def _chunks(image: ImageRef, tls: ssl.SSLContext | None) -> Iterator[bytes]:
    connection = _connection(image.url, tls)
    parts = urlsplit(image.url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise BadAnswer(f"{image.url}: status {response.status}")
        while chunk := response.read(CHUNK_BYTES):
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{image.url}: {error or type(error).__name__}") from error
    finally:
        connection.close()


def _connection(url: str, tls: ssl.SSLContext | None) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and host:
        return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)
    if parts.scheme == "https" and host and tls is not None:
        return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT_S, context=tls)
    raise InstallError(f"image.url: {url!r} is not allowed, it must begin with http or https")
