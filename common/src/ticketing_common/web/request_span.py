"""The span of a request, by OpenTelemetry's semantic conventions for HTTP servers."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.types import Scope

from ticketing_common.observability import spans, tracing
from ticketing_common.observability.spans import NOT_RECORDED, ORDER_ID, Kind, Span

_ORDER_PARAMETER = "order_id"


def enter_request(scope: Scope, headers: Mapping[bytes, bytes], *, is_probe: bool) -> Span:
    """The span of what follows: a child of the caller's, if the request names it. Probes have none."""
    if is_probe:
        tracing.begin()
        return NOT_RECORDED
    traceparent = headers.get(b"traceparent")
    parent = traceparent.decode("latin-1") if traceparent else None
    return spans.enter(scope["method"], Kind.SERVER, parent=parent)


def end_request(span: Span, scope: Scope, *, method: str, route: str | None, status: int) -> None:
    """End it. `scope` is the routed one; `route` None if there is none; `status` 0 if no response was sent."""
    attributes = {
        "http.request.method": method,
        "http.response.status_code": status,
        "url.path": scope["path"],
        "url.scheme": scope["scheme"],
    }
    span.rename(f"{method} {route}" if route else method)
    if route is not None:
        attributes["http.route"] = route
    if order_id := scope.get("path_params", {}).get(_ORDER_PARAMETER):
        attributes[ORDER_ID] = order_id
    span.set(attributes)
    if status == 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        span.fail(str(status or "no_response"))
    span.end()
