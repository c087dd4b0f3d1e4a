"""Caddy as the gateway, with the path rules of the Ingress: prefixes of whole path segments."""

import json
from typing import Any

from stripe_emulator import PAGE_PREFIX
from ticketing_local.probes import HOST, TcpProbe
from ticketing_local.processes.process import Layout, Process, Tier, replica_names

# Matched by regular expressions: Caddy's own path matcher ignores case, an Ingress does not.
ROUTES = {"/api/users": "auth", "/api/tickets": "tickets", "/api/orders": "orders", "/api/payments": "payments"}
LOOPBACK = ["127.0.0.0/8", "::1/128"]
BUFFERED_BYTES = 1 << 20
JSON_TYPE = ["application/json"]
HTML_TYPE = ["text/html; charset=utf-8"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
API = [{"path_regexp": {"pattern": "^/api(/|$)"}}]
# Like ingress-nginx, and less than what the services and the client accept.
MAX_COOKIE_BYTES = 8 << 10
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
{head}
<title>{title} · Ticketing</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui; max-width: 32rem; margin: 20vh auto 0; padding: 0 1rem; text-align: center;
  background: light-dark(#faf7f1, #14120f); color: light-dark(#1c1a17, #f4eee3) }}
</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""
# Reloads itself: the supervisor is already restarting what crashed.
UNAVAILABLE_PAGE = PAGE.format(
    head='<meta http-equiv="refresh" content="3">',
    title="Service temporarily unavailable",
    text="Your orders and payments are not affected. This page reloads by itself.",
)
COOKIES_PAGE = PAGE.format(
    head="",
    title="Too many cookies",
    text="The cookies of this site are larger than 8 KB. Clear them in your browser, then reload the page.",
)
UNSUPPORTED_PAGE = PAGE.format(head="", title="Unsupported request", text="Use GET to read a page.")

Json = dict[str, Any]


def gateway(layout: Layout) -> Process:
    """Listens on loopback only; no access log, no admin endpoint, no files in HOME."""
    config = layout.settings.state_dir / "run" / "caddy.json"
    data = layout.folder("caddy")
    return Process(
        name="gateway",
        tier=Tier.EDGE,
        command=(layout.binaries["caddy"], "run", "--config", str(config)),
        environment={**layout.settings.inherited, "XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(data)},
        probe=TcpProbe(layout.settings.port),
        url=f"http://localhost:{layout.settings.port}",
        stop_seconds=8,
        folders=(data,),
        files={config: json.dumps(caddy_config(layout), indent=2)},
    )


def caddy_config(layout: Layout) -> Json:
    """Caddy's native configuration."""
    server = {
        "listen": [f"{HOST}:{layout.settings.port}"],
        "protocols": ["h1"],
        "automatic_https": {"disable": True},
        # What 180 cookies of 4 KB need: Caddy itself would refuse them in plain text.
        "max_header_bytes": 1 << 20,
        # Together with request_buffers: without them a response sent before the body was read is sometimes cut off.
        "enable_full_duplex": True,
        # A TLS proxy on this machine may set X-Forwarded-Proto.
        "trusted_proxies": {"source": "static", "ranges": LOOPBACK},
        "routes": [
            *_cookie_limit(),
            *_unsupported(),
            *_service_routes(layout),
            *_emulator_route(layout),
            _unknown_route(),
            _client_route(layout),
        ],
        "errors": {"routes": [_unavailable_api(), _unavailable_page()]},
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "WARN", "writer": {"output": "stderr"}}}},
        "apps": {"http": {"grace_period": "5s", "servers": {"gateway": server}}},
    }


def _cookie_limit() -> list[Json]:
    """Larger cookies would be refused further on, without an explanation."""
    is_too_large = {"expression": f"size({{http.request.header.Cookie}}) > {MAX_COOKIE_BYTES}"}
    error = _error("The cookies of this site are larger than 8 KB: clear them and try again")
    return [
        {"match": [{**is_too_large, **API[0]}], "handle": [_response(431, JSON_TYPE, error)], "terminal": True},
        {"match": [is_too_large], "handle": [_response(431, HTML_TYPE, COOKIES_PAGE)], "terminal": True},
    ]


def _unsupported() -> list[Json]:
    """Unknown methods, and targets that are no path: uvicorn would respond in plain text, Next.js with a 500."""
    error = _error(f"This method is not supported: use one of {', '.join(METHODS)}")
    known = {"method": METHODS}
    return [
        {"match": [{**API[0], "not": [known]}], "handle": [_not_allowed(JSON_TYPE, error)], "terminal": True},
        {
            "match": [{"not": [{**known, "path_regexp": {"pattern": "^/"}}]}],
            "handle": [_not_allowed(HTML_TYPE, UNSUPPORTED_PAGE)],
            "terminal": True,
        },
    ]


def _not_allowed(content_type: list[str], body: str) -> Json:
    response = _response(405, content_type, body)
    return {**response, "headers": {**response["headers"], "Allow": [", ".join(METHODS)]}}


def _service_routes(layout: Layout) -> list[Json]:
    return [
        {
            "match": [{"path_regexp": {"pattern": f"^{prefix}(/|$)"}}],
            "handle": [_service_proxy([layout.ports[name] for name in replica_names(layout.settings, service)])],
            "terminal": True,
        }
        for prefix, service in ROUTES.items()
    ]


def _service_proxy(ports: list[int]) -> Json:
    """With the error envelope where uvicorn's parser responds in plain text, as to unencoded bytes in a query."""
    body = _error("The request cannot be read: percent-encode its URL")
    malformed = {"status_code": [400], "headers": {"Content-Type": ["text/plain*"]}}
    routes = [{"handle": [_response(400, JSON_TYPE, body)]}]
    return {**_proxy(ports), "handle_response": [{"match": malformed, "routes": routes}]}


def _proxy(ports: list[int]) -> Json:
    """A request waits up to 5 s for a server that is restarting; one that reached a server is not repeated."""
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"{HOST}:{port}"} for port in ports],
        "load_balancing": {
            "selection_policy": {"policy": "round_robin"},
            "try_duration": "5s",
            "try_interval": "100ms",
        },
        "request_buffers": BUFFERED_BYTES,
        # Shorter than uvicorn's 5 s, so that no POST is sent on a connection that the service is closing.
        "transport": {"protocol": "http", "keep_alive": {"idle_timeout": "3s"}, "dial_timeout": "2s"},
    }


def _emulator_route(layout: Layout) -> list[Json]:
    """Only what a page needs of the emulator: not what servers call, its ledger or its fault injection."""
    if not layout.settings.stripe.emulated:
        return []
    return [
        {
            "match": [{"path_regexp": {"pattern": f"^{PAGE_PREFIX}/v3/"}}],
            "handle": [_proxy([layout.ports["stripe"]])],
            "terminal": True,
        }
    ]


def _unknown_route() -> Json:
    body = _error("Not found: the API is at /api/users, /api/tickets, /api/orders and /api/payments")
    return {"match": API, "handle": [_response(404, JSON_TYPE, body)], "terminal": True}


def _client_route(layout: Layout) -> Json:
    return {"handle": [_proxy([layout.ports["client"]])]}


def _unavailable_api() -> Json:
    body = _error("Service temporarily unavailable: try again in a few seconds")
    return {"match": API, "handle": [_unavailable(JSON_TYPE, body)], "terminal": True}


def _unavailable_page() -> Json:
    return {"handle": [_unavailable(HTML_TYPE, UNAVAILABLE_PAGE)]}


def _unavailable(content_type: list[str], body: str) -> Json:
    response = _response("{http.error.status_code}", content_type, body)
    return {**response, "headers": {**response["headers"], "Retry-After": ["2"]}}


def _response(status: int | str, content_type: list[str], body: str) -> Json:
    headers = {"Content-Type": content_type}
    return {"handler": "static_response", "status_code": status, "headers": headers, "body": body}


def _error(message: str) -> str:
    """The error envelope of all services."""
    return json.dumps({"errors": [{"message": message}]})
