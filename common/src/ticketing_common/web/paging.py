"""Bounded lists, newest first: `?limit` (1 to 100), `?after` (the last id one has seen), and `Link: rel="next"`."""

from collections.abc import Sequence
from typing import Annotated, Protocol
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from ticketing_common.errors import InvalidRequest
from ticketing_common.ids import is_id

DEFAULT_LIMIT = 50
MAX_LIMIT = 100


class HasId(Protocol):
    """Anything in a list."""

    @property
    def id(self) -> str:
        """24 hex digits."""


class Page:
    """Which part of a list is asked for. Read one more than `limit`: that tells whether there is a next page."""

    def __init__(self, limit: int, after: str | None) -> None:
        self.limit = limit
        self.after = after

    def set_next_link(self, found: Sequence[HasId], request: Request, response: Response) -> None:
        """Name the next page in the Link header if `found` (read with `limit + 1`) goes on past this one."""
        if len(found) > self.limit:
            following = {**request.query_params, "after": found[self.limit - 1].id, "limit": str(self.limit)}
            response.headers["Link"] = f'<{request.scope["path"]}?{urlencode(following)}>; rel="next"'


async def _page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most")] = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(description="The id of the last one seen")] = None,
) -> Page:
    if after is not None and not is_id(after):
        raise InvalidRequest("after must be an id of 24 hex digits: take it from the last item seen.", field="after")
    return Page(limit, after)


PageDep = Annotated[Page, Depends(_page)]
