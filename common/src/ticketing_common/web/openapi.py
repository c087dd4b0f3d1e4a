"""The OpenAPI document, with the errors as they are: the envelope, and 400 instead of FastAPI's 422."""

from typing import Any

from fastapi import FastAPI

from ticketing_common.web.envelope import ErrorEnvelope

ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {"model": ErrorEnvelope, "description": "Any error: what is wrong and what to do about it"},
}


def describe_errors(app: FastAPI) -> None:
    """Make `app.openapi()` tell that a request that makes no sense is answered with 400, in the envelope.

    FastAPI leaves out its own 422 where a route says `default` (see `ERROR_RESPONSES`).
    """
    original = app.openapi

    def openapi() -> dict[str, Any]:
        document = original()
        for path in document.get("paths", {}).values():
            for operation in path.values():
                _add_invalid(operation)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents


def _add_invalid(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "parameters" in operation or "requestBody" in operation:
        responses.setdefault("400", {**responses["default"], "description": "The request is invalid"})
