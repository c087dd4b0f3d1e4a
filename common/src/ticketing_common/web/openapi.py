"""The OpenAPI document, with our errors: the envelope, and 400 instead of FastAPI's 422."""

from typing import Any

from fastapi import APIRouter, FastAPI

from ticketing_common.web.envelope import ErrorEnvelope

ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {"model": ErrorEnvelope, "description": "An error: what is wrong and how to fix it"},
}


def api_router(prefix: str) -> APIRouter:
    """A router for the paths below `/api/{prefix}`, with our errors documented."""
    return APIRouter(prefix=f"/api/{prefix}", tags=[prefix], responses=ERROR_RESPONSES)


def describe_errors(app: FastAPI) -> None:
    """Document the 400 for invalid requests. FastAPI omits its 422 for routes with `default` (`ERROR_RESPONSES`)."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        document = original()
        for path in document.get("paths", {}).values():
            for operation in path.values():
                _add_invalid(operation)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents


def _add_invalid(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "parameters" in operation or "requestBody" in operation:
        responses.setdefault("400", {**responses["default"], "description": "The request is invalid"})
