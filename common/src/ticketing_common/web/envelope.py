"""The one error envelope: every answer that is not a success is `{"errors": [{"message", "field"?}]}`."""

from collections.abc import Sequence

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ticketing_common.errors import AppError, ErrorItem, Unavailable


class ErrorDetail(BaseModel):
    """One thing that is wrong, and where."""

    message: str = Field(description="What is wrong and what to do about it")
    field: str | None = Field(default=None, description="The field of the request it is about; absent if about none")


class ErrorEnvelope(BaseModel):
    """The body of every error."""

    errors: list[ErrorDetail]


def error_response(status: int, items: Sequence[ErrorItem], headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer in the envelope."""
    return JSONResponse({"errors": list(items)}, status_code=status, headers=headers)


def response_for(error: AppError) -> JSONResponse:
    """The answer that an AppError stands for, with Retry-After where waiting helps."""
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Unavailable) else None
    return error_response(error.status, error.items(), headers)
