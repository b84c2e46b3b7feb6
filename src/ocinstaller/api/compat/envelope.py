"""The form of every answer of `api.php`: status, message and data, with HTTP status 200.

A row has each column twice, by position and by name; every value is a string or null.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from fastapi.responses import Response

SUCCESS = "Successfuly queried API."
"""The original's spelling; clients may compare it."""

Row = dict[str, object]


def success(data: object) -> Response:
    """Return the answer of an action that was done; without `data` when it is None."""
    document = {"status": "success", "message": SUCCESS}
    return _response(document if data is None else document | {"data": data})


def message(text: str) -> Response:
    """Return the answer of an action that was done, whose message is what was asked for."""
    return _response({"status": "success", "message": text})


def error(message: str) -> Response:
    """Return the answer of an action that was not done."""
    return _response({"status": "error", "message": message})


def _response(document: Mapping[str, object]) -> Response:
    # Escaped: the text of a refusal may hold what UTF-8 cannot.
    return Response(json.dumps(document) + "\n", media_type="application/json")


def row(columns: Iterable[str], values: Mapping[str, object]) -> Row:
    """Return the values of these columns, by position and by name."""
    answer: Row = {}
    for position, name in enumerate(columns):
        answer[str(position)] = answer[name] = text(values[name])
    return answer


def text(value: object) -> str | None:
    """Return a value as the original's data base gives it: a string, or null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return str(value)
