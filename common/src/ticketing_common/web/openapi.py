"""The OpenAPI document, with what FastAPI does not know: the session, and each route's errors in our envelope."""

from collections.abc import Callable, Collection, Iterator
from http import HTTPStatus
from typing import Annotated, Any, get_args

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import WithJsonSchema
from pydantic.alias_generators import to_camel

from ticketing_common.currency import USD
from ticketing_common.ids import PATTERN
from ticketing_common.web.envelope import ErrorEnvelope
from ticketing_common.web.idempotency import IDEMPOTENCY_KEY
from ticketing_common.web.prices import documented_in
from ticketing_common.web.sessions import COOKIE, PAGE_USER, SessionDep, UserId

ID_SCHEMA = {"type": "string", "pattern": f"^{PATTERN}$"}
Id = Annotated[str, WithJsonSchema(ID_SCHEMA)]
"""An id. The form is only documented: what has another one is not found."""

# Also keeps FastAPI from documenting its 422. `complete_document` replaces `default` by the statuses of each route.
ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {"default": {"model": ErrorEnvelope}}
_ENVELOPE = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}}}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds", "required": True, "schema": {"type": "integer"}}}
_DESCRIPTIONS = {
    400: "The request is invalid, or not possible in the current state",
    401: "No valid session, or the resource is another user's",
    403: "The request comes from a page of another site",
    404: "Not found",
    409: "The page was rendered for another user than the session's",
    412: "The resource has another version than If-Match names",
    413: "The body is too large",
    422: "The Idempotency-Key was used for another request",
    429: "Too many requests",
    503: "A dependency is unavailable; the same request may succeed soon",
}
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": "Present if it is the response to an earlier request with the same Idempotency-Key",
        "schema": {"const": "true"},
    }
}
_LINK = {
    "Link": {
        "description": 'The address of the next page, if there is one: `</api/…>; rel="next"`',
        "schema": {"type": "string"},
    }
}
_RETRIED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_NOT_OF_WEBHOOKS = {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_SESSION = {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Set by sign-up and sign-in"}
_REQUIRE_SESSION = {get_args(dependency)[1].dependency for dependency in (UserId, SessionDep)}


def operation_id(route: APIRoute) -> str:
    """The function's name in camel case: `createTicket`. Generated clients name their methods after it."""
    return to_camel(route.name)


def api_router(prefix: str) -> APIRouter:
    """A router for the paths below `/api/{prefix}`, with our errors documented."""
    return APIRouter(
        prefix=f"/api/{prefix}", tags=[prefix], responses=ERROR_RESPONSES, generate_unique_id_function=operation_id
    )


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: errors that do not follow from its method, parameters and dependencies."""
    return {status: {"model": ErrorEnvelope, "description": HTTPStatus(status).phrase} for status in statuses}


def header(name: str, description: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    """For a status in a route's `responses`: a header that its response has, always if `required`."""
    return {"headers": {name: {"description": description, "required": required, "schema": schema}}}


def complete_document(app: FastAPI, webhooks: Collection[str] = ()) -> None:
    """Have `app.openapi()` document the session and the errors of every route. No browser calls `webhooks` (paths)."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            with documented_in(getattr(app.state, "currency", USD)):
                document = original()
            for route in app.routes:
                if isinstance(route, APIRoute) and route.include_in_schema:
                    _complete(document["paths"][route.path_format], route, is_webhook=route.path in webhooks)
            components = document.setdefault("components", {})  # a service without public routes has none
            components["securitySchemes"] = {COOKIE: _SESSION}
            components["responses"] = {_name(status): _error(status) for status in _DESCRIPTIONS}
        return original()

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents


def _complete(path: dict[str, dict[str, Any]], route: APIRoute, *, is_webhook: bool) -> None:
    for method in route.methods or ():
        operation = path[method.lower()]
        security = _security(route, operation)
        if security:
            operation["security"] = security
        responses = operation["responses"]
        del responses["default"]
        if _has_key(operation):
            responses["201"].setdefault("headers", {}).update(_REPLAYED)
        if _is_paged(operation):
            responses["200"].setdefault("headers", {}).update(_LINK)
        for status in sorted({*_statuses(method, operation)} - (_NOT_OF_WEBHOOKS if is_webhook else set())):
            responses.setdefault(str(status), {"$ref": f"#/components/responses/{_name(status)}"})


def _security(route: APIRoute, operation: dict[str, Any]) -> list[dict[str, list[str]]]:
    """The session: required, optional (an empty alternative), or unused."""
    if not _REQUIRE_SESSION.isdisjoint(_calls(route.dependant)):
        return [{COOKIE: []}]
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    return [{}, {COOKIE: []}] if PAGE_USER in names else []


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    yield dependant.call
    for dependency in dependant.dependencies:
        yield from _calls(dependency)


def _statuses(method: str, operation: dict[str, Any]) -> Iterator[int]:
    parameters = operation.get("parameters", ())
    if parameters or "requestBody" in operation:
        yield HTTPStatus.BAD_REQUEST
    if "security" in operation:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT)
    if method in _UNSAFE:
        yield HTTPStatus.FORBIDDEN
    if any(parameter["in"] == "path" for parameter in parameters):
        yield HTTPStatus.NOT_FOUND
    if any(parameter["name"] == "if-match" for parameter in parameters):
        yield HTTPStatus.PRECONDITION_FAILED
    if _has_key(operation):
        yield HTTPStatus.UNPROCESSABLE_ENTITY
    if "requestBody" in operation:
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    yield from _RETRIED


def _has_key(operation: dict[str, Any]) -> bool:
    return any(parameter["name"] == IDEMPOTENCY_KEY for parameter in operation.get("parameters", ()))


def _is_paged(operation: dict[str, Any]) -> bool:
    return {"limit", "after"} <= {parameter["name"] for parameter in operation.get("parameters", ())}


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _error(status: int) -> dict[str, Any]:
    headers = {"headers": _RETRY_AFTER} if status in _RETRIED else {}
    return {"description": _DESCRIPTIONS[status], "content": _ENVELOPE, **headers}
