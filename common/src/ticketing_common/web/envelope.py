"""The error envelope: every error response is `{"errors": [{"message", "field"?}]}`."""

from collections.abc import Sequence

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ticketing_common.errors import AppError, ErrorItem, TooManyRequests, Unavailable


class ErrorDetail(BaseModel):
    """One error."""

    message: str = Field(description="What is wrong and how to fix it")
    field: str | None = Field(default=None, description="The field of the request that is wrong, if it is one")


class ErrorEnvelope(BaseModel):
    """The body of every error response."""

    errors: list[ErrorDetail]


def error_response(status: int, items: Sequence[ErrorItem], headers: dict[str, str] | None = None) -> JSONResponse:
    """A response in the envelope."""
    return JSONResponse({"errors": list(items)}, status_code=status, headers=headers)


def response_for(error: AppError) -> JSONResponse:
    """The response for an AppError, with Retry-After where a later attempt may succeed."""
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests | Unavailable) else None
    return error_response(error.status, error.items(), headers)
