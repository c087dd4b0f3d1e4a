"""Turn errors into the envelope: our own, FastAPI's validation, unknown routes and methods."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ticketing_common.errors import AppError, ErrorItem
from ticketing_common.web.envelope import error_response, response_for
from ticketing_common.web.request_body import MAX_DEPTH

# Pydantic's "Input should be …" becomes "FIELD must be …".
_PREAMBLE = re.compile(r"^(?:Input|String|Value|List) should ")
_LOCATIONS = ("body", "query", "path", "header", "cookie")
_MESSAGES = {
    400: f"The body cannot be read: send one JSON object in UTF-8, nested at most {MAX_DEPTH} levels deep.",
    404: "There is no such route.",
    405: "This route does not support that method; the Allow header names those that it does.",
}


def add_error_handlers(app: FastAPI) -> None:
    """Install the handlers. What none of them handles becomes a 500 in `web.middleware`."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(UnicodeEncodeError, _lone_surrogate)


async def _app_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)  # noqa: S101 (for mypy: Starlette's handlers are typed by Exception)
    return response_for(error)


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return error_response(400, [_item(problem) for problem in error.errors()])


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    message = _MESSAGES.get(error.status_code, str(error.detail))
    headers = {**(error.headers or {}), **(_allow(request) if error.status_code == 405 else {})}  # noqa: PLR2004
    return error_response(error.status_code, [{"message": message}], headers)


async def _lone_surrogate(_request: Request, error: Exception) -> JSONResponse:
    r"""JSON may contain lone surrogates (`"\ud800"`): encoding them fails, when a text is stored or hashed."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101
    if error.reason != "surrogates not allowed":
        raise error
    message = "The request contains a lone surrogate such as \\ud800, which is not valid Unicode."
    return error_response(400, [{"message": message}])


def _allow(request: Request) -> dict[str, str]:
    """All methods of the path: Starlette names only those of its first route."""
    path = getattr(request.scope.get("route"), "path", None)
    operations = request.app.openapi()["paths"].get(path, {})
    methods = {method.upper() for method in operations}
    if "GET" in methods:
        methods.add("HEAD")
    return {"Allow": ", ".join(sorted(methods))} if methods else {}


def _item(problem: dict[str, Any]) -> ErrorItem:
    if problem["type"] == "json_invalid":
        return {"message": "The body is not valid JSON: send one JSON object."}
    field = _field(problem["loc"])
    if field is None:
        return {"message": "Send a JSON object as the body, with the header Content-Type: application/json."}
    return {"message": _message(field, problem), "field": field}


def _field(loc: Sequence[int | str]) -> str | None:
    """The field's name in the request, or None for the body as a whole."""
    names = [str(part) for part in loc]
    if names and names[0] in _LOCATIONS:
        names = names[1:]
    return ".".join(names) or None


def _message(field: str, problem: dict[str, Any]) -> str:
    if problem["type"] == "missing":
        return f"{field} is required."
    text = _PREAMBLE.sub("must ", str(problem["msg"]).removeprefix("Value error, "))
    return f"{field} {text[:1].lower()}{text[1:]}".removesuffix(".") + "."
