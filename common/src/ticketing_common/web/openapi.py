"""The OpenAPI document, with the errors as they are: the envelope, and 400 instead of FastAPI's 422."""

from typing import Any

from fastapi import FastAPI

from ticketing_common.web.envelope import ErrorEnvelope

ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {"model": ErrorEnvelope, "description": "Any error: what is wrong and what to do about it"},
}
_UNUSED_SCHEMAS = ("HTTPValidationError", "ValidationError")


def describe_errors(app: FastAPI) -> None:
    """Make `app.openapi()` tell of 400 and the envelope where FastAPI would promise its own 422."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        document = original()
        for path in document.get("paths", {}).values():
            for operation in path.values():
                _correct(operation["responses"])
        for name in _UNUSED_SCHEMAS:
            document.get("components", {}).get("schemas", {}).pop(name, None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents


def _correct(responses: dict[str, Any]) -> None:
    if responses.pop("422", None) is not None and "400" not in responses:
        responses["400"] = {**responses["default"], "description": "The request is invalid"}
