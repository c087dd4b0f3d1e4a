"""Versions as entity tags (RFC 9110): a response has the version in `ETag`, and a change is made only `If-Match`."""

import re
from typing import Annotated

from fastapi import Depends, Header
from pydantic import WithJsonSchema

from ticketing_common.errors import InvalidRequest, PreconditionFailed
from ticketing_common.web.openapi import header

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# Empty elements of a list are ignored (RFC 9110, 5.6.1). Each comma can match in one place only: in linear time.
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")

ETAG = header("ETag", "The version, for If-Match", {"type": "string", "pattern": '^"[0-9]+"$'}, required=True)
"""For the status of a route's `responses` that carries it."""


class ExpectedVersions:
    """The versions of which the client wants to change one; every version without the header, or with `*`."""

    def __init__(self, tags: frozenset[str] | None = None) -> None:
        self._tags = tags

    def require(self, version: int) -> None:
        """PreconditionFailed if the current version is none of them."""
        if self._tags is not None and _tag(version) not in self._tags:
            raise PreconditionFailed


def etag(version: int) -> dict[str, str]:
    """The header with the version of the resource in the response."""
    return {"ETag": _tag(version)}


def _tag(version: int) -> str:
    return f'"{version}"'


async def _if_match(
    if_match: Annotated[
        str | None,
        Header(description="Change only this version: the ETag of the response that it was read from"),
        WithJsonSchema({"type": "string", "pattern": r'^(\*|"[0-9]+")$'}),
    ] = None,
) -> ExpectedVersions:
    """Weak tags are valid but never match, as for all comparisons of If-Match."""
    if if_match is None or if_match.strip() == "*":
        return ExpectedVersions()
    if not _TAGS.fullmatch(if_match):
        raise InvalidRequest('If-Match must be *, or quoted versions, such as "3".', field="If-Match")
    return ExpectedVersions(frozenset(re.findall(_TAG, if_match)))


IfMatch = Annotated[ExpectedVersions, Depends(_if_match)]
