"""Collections over HTTP: pages with a link to the next one (RFC 8288), and filters.

A query parameter that does not exist is refused: a filter that is misspelt must not list all.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ocinstaller.store.paging import Filter, Window

T = TypeVar("T")

LARGEST_PAGE = 5000
_USUAL_PAGE = 1000

_Wanted = Field(default=None, max_length=255)


class PageQuery(BaseModel):
    """Which part of a collection."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=_USUAL_PAGE, ge=1, le=LARGEST_PAGE, description="Objects a page.")
    marker: str = Field(
        default="", max_length=255, description="Name of the last object of the page before."
    )

    def window(self) -> Window:
        """Return the page and one object more, which tells whether another page follows."""
        return Window(self.limit + 1, self.marker)

    def wanted(self) -> Filter:
        """Return the fields to filter by."""
        return self.model_dump(exclude=set(PageQuery.model_fields), exclude_none=True)


class LocationQuery(PageQuery):
    """Which locations."""

    swift_region: str | None = _Wanted


class NetworkQuery(PageQuery):
    """Which networks; an empty cluster or role stands for none."""

    cluster: str | None = _Wanted
    location: str | None = _Wanted
    role: str | None = _Wanted
    is_public: bool | None = None


class ClusterQuery(PageQuery):
    """Which clusters."""

    domain: str | None = _Wanted


class MachineFilter(BaseModel):
    """Which machines; an empty cluster, location, role or hostname stands for none."""

    model_config = ConfigDict(extra="forbid")

    cluster: str | None = _Wanted
    location: str | None = _Wanted
    role: str | None = _Wanted
    status: str | None = _Wanted
    puppet_status: str | None = _Wanted
    hostname: str | None = _Wanted
    product_name: str | None = _Wanted

    def wanted(self) -> Filter:
        """Return the fields to filter by."""
        return self.model_dump(include=set(MachineFilter.model_fields), exclude_none=True)


class MachineQuery(MachineFilter, PageQuery):
    """Which machines, and which part of them."""


def page(
    request: Request,
    query: PageQuery,
    adapter: TypeAdapter[list[T]],
    found: Sequence[T],
    key: Callable[[T], str],
) -> Response:
    """Return a page as JSON, with the link to the next one when there is one.

    Serialised by pydantic in one go: FastAPI's own way copies and validates every object first.

    :param found: what `query.window()` gave
    :param key: the name that the collection is sorted by
    """
    shown = list(found[: query.limit])
    headers = {}
    if len(found) > len(shown):
        following: dict[str, Any] = query.model_dump(exclude_none=True) | {"marker": key(shown[-1])}
        target = f"{request.url.path}?{urlencode(following)}"
        headers["Link"] = f'<{target}>; rel="next"'
    return Response(adapter.dump_json(shown), headers=headers, media_type="application/json")
