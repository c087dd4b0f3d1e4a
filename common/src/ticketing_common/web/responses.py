"""Responses that are made in one pass."""

from collections.abc import Mapping

from fastapi import Response
from pydantic_core import to_json


def json_response(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response with `content`, which has the wire's names and is not validated."""
    return Response(to_json(content), status_code=status, headers=headers, media_type="application/json")
