"""Bounded lists, newest first: `?limit` (1 to 100), `?after` (the last id seen), and `Link: rel="next"`."""

from collections.abc import Sequence
from typing import Annotated, Protocol
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from pydantic import WithJsonSchema

from ticketing_common.errors import InvalidRequest
from ticketing_common.ids import is_id
from ticketing_common.web.openapi import ID_SCHEMA

DEFAULT_LIMIT = 50
MAX_LIMIT = 100


Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="The maximum number of items")]


class HasId(Protocol):
    """An item of a list."""

    @property
    def id(self) -> str:
        """24 hex digits."""


class Page:
    """The requested part of a list. Read one more than `limit`: it shows whether there is a next page."""

    def __init__(self, limit: int, after: str | None) -> None:
        self.limit = limit
        self.after = after

    def next_link(self, found: Sequence[HasId], request: Request) -> dict[str, str]:
        """The header that links to the next page, if `found`, read with `limit + 1`, has an item for it."""
        return self.link_after(found[self.limit - 1].id if len(found) > self.limit else None, request)

    def link_after(self, cursor: str | None, request: Request) -> dict[str, str]:
        """The header that links to the page after the cursor, if there is one."""
        if cursor is None:
            return {}
        following = {**request.query_params, "after": cursor, "limit": str(self.limit)}
        return {"Link": f'<{request.scope["path"]}?{urlencode(following)}>; rel="next"'}


async def _page(
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(description="The id of the last item seen"), WithJsonSchema(ID_SCHEMA)] = None,
) -> Page:
    if after is not None and not is_id(after):
        raise InvalidRequest("after must be the id of the last item seen: 24 hex digits.", field="after")
    return Page(limit, after)


PageDep = Annotated[Page, Depends(_page)]
