"""Turn what goes wrong into the envelope: our errors, FastAPI's validation, unknown routes and wrong methods."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ticketing_common.errors import AppError, ErrorItem
from ticketing_common.web.envelope import error_response, response_for

# Pydantic says "Input should be …", "String should have …": to the sender it is the field that must.
_PREAMBLE = re.compile(r"^(?:Input|String|Value|List) should ")
_PLACES = ("body", "query", "path", "header", "cookie")
_WORDS = {
    400: "The body cannot be read: send one JSON object in UTF-8, not nested beyond reason.",
    404: "There is no such route. See /docs for those there are.",
    405: "This route does not take that method; the Allow header names those it takes.",
}


def add_error_handlers(app: FastAPI) -> None:
    """Install all handlers; the 500 is the edge's (`web.middleware`), which sees what no handler took."""
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
    message = _WORDS.get(error.status_code, str(error.detail))
    headers = {**(error.headers or {}), **(_allow(request) if error.status_code == 405 else {})}  # noqa: PLR2004
    return error_response(error.status_code, [{"message": message}], headers)


async def _lone_surrogate(_request: Request, error: Exception) -> JSONResponse:
    r"""JSON can spell half of a character (`"\ud800"`), which nothing can store or hash; seen where it is tried."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101
    if error.reason != "surrogates not allowed":
        raise error
    message = "The request holds text that is not Unicode (a lone surrogate, like \\ud800). Send whole characters."
    return error_response(400, [{"message": message}])


def _allow(request: Request) -> dict[str, str]:
    """All methods of the path: Starlette names only those of the first route that has it."""
    path = getattr(request.scope.get("route"), "path", None)
    operations = request.app.openapi()["paths"].get(path, {})
    return {"Allow": ", ".join(sorted(method.upper() for method in operations))} if operations else {}


def _item(problem: dict[str, Any]) -> ErrorItem:
    if problem["type"] == "json_invalid":
        return {"message": "The body is not valid JSON: send one JSON object."}
    field = _field(problem["loc"])
    if field is None:
        return {"message": "Send a JSON object as the body, with the header Content-Type: application/json."}
    return {"message": _message(field, problem), "field": field}


def _field(loc: Sequence[int | str]) -> str | None:
    """The field's name as the sender knows it, or None when the body as a whole is wrong."""
    names = [str(part) for part in loc]
    if names and names[0] in _PLACES:
        names = names[1:]
    return ".".join(names) or None


def _message(field: str, problem: dict[str, Any]) -> str:
    if problem["type"] == "missing":
        return f"{field} is required."
    text = _PREAMBLE.sub("must ", str(problem["msg"]).removeprefix("Value error, "))
    return f"{field} {text[:1].lower()}{text[1:]}".removesuffix(".") + "."
