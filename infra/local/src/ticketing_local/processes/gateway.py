"""Caddy as the gateway, with the path rules of the Ingress: prefixes of whole path segments."""

import json

from stripe_emulator import PAGE_PREFIX
from ticketing_local.probes import HOST, TcpProbe
from ticketing_local.processes.gateway_responses import (
    COOKIES_PAGE,
    HTML_TYPE,
    JSON_TYPE,
    LARGE_PAGE,
    UNAVAILABLE_PAGE,
    UNSUPPORTED_PAGE,
    Json,
    error,
    response,
    unavailable,
)
from ticketing_local.processes.process import Layout, Process, Tier, replica_names

# Matched by regular expressions: Caddy's own path matcher ignores case, an Ingress does not.
ROUTES = {"/api/users": "auth", "/api/tickets": "tickets", "/api/orders": "orders", "/api/payments": "payments"}
LOOPBACK = ["127.0.0.0/8", "::1/128"]
# As in the services: more is not passed on.
MAX_BODY_BYTES = 64 << 10
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
API = [{"path_regexp": {"pattern": "^/api(/|$)"}}]
# Like ingress-nginx, and less than what the services and the client accept.
MAX_COOKIE_BYTES = 8 << 10


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
        "read_header_timeout": "10s",
        # Of bodies that nobody reads. Others are cut by the services, earlier: after this, Caddy would leave the
        # connection open.
        "read_timeout": "15s",
        # Between requests.
        "idle_timeout": "30s",
        # Otherwise a response sent before the body was read would wait for the rest of it.
        "enable_full_duplex": True,
        # A TLS proxy on this machine may set X-Forwarded-Proto.
        "trusted_proxies": {"source": "static", "ranges": LOOPBACK},
        "routes": [
            _https_only(),
            *_cookie_limit(),
            *_body_limit(),
            *_unsupported(),
            *_service_routes(layout),
            *_emulator_route(layout),
            _unknown_route(),
            _client_route(layout),
        ],
        "errors": {"routes": [_https_only(), *_too_large(), _unavailable_api(), _unavailable_page()]},
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "WARN", "writer": {"output": "stderr"}}}},
        "apps": {"http": {"grace_period": "5s", "servers": {"gateway": server}}},
    }


def _https_only() -> Json:
    """Also for the gateway's own responses, if a TLS proxy is in front of it."""
    header = {"set": {"Strict-Transport-Security": ["max-age=31536000"]}, "deferred": True}
    handler = {"handler": "headers", "response": header}
    return {"match": [{"header": {"X-Forwarded-Proto": ["https"]}}], "handle": [handler]}


def _body_limit() -> list[Json]:
    """By the declared length before anything is read, otherwise when it is exceeded (`_too_large`)."""
    length = "{http.request.header.Content-Length}"
    is_too_large = {"expression": f"{length} != '' && int({length}) > {MAX_BODY_BYTES}"}
    limit = {"handler": "request_body", "max_size": MAX_BODY_BYTES}
    return [*_large_responses(is_too_large), {"handle": [limit]}]


def _too_large() -> list[Json]:
    return _large_responses({"expression": "{http.error.status_code} == 413"})


def _large_responses(match: Json) -> list[Json]:
    text = error(f"The request body is too large: send at most {MAX_BODY_BYTES} bytes.")
    return [
        {"match": [{**match, **API[0]}], "handle": [response(413, JSON_TYPE, text)], "terminal": True},
        {"match": [match], "handle": [response(413, HTML_TYPE, LARGE_PAGE)], "terminal": True},
    ]


def _cookie_limit() -> list[Json]:
    """Larger cookies would be refused further on, without an explanation."""
    is_too_large = {"expression": f"size({{http.request.header.Cookie}}) > {MAX_COOKIE_BYTES}"}
    text = error("The cookies of this site are larger than 8 KB: clear them and try again")
    return [
        {"match": [{**is_too_large, **API[0]}], "handle": [response(431, JSON_TYPE, text)], "terminal": True},
        {"match": [is_too_large], "handle": [response(431, HTML_TYPE, COOKIES_PAGE)], "terminal": True},
    ]


def _unsupported() -> list[Json]:
    """Unknown methods, and targets that are no path: uvicorn would respond in plain text, Next.js with a 500."""
    text = error(f"This method is not supported: use one of {', '.join(METHODS)}")
    known = {"method": METHODS}
    return [
        {"match": [{**API[0], "not": [known]}], "handle": [_not_allowed(JSON_TYPE, text)], "terminal": True},
        {
            "match": [{"not": [{**known, "path_regexp": {"pattern": "^/"}}]}],
            "handle": [_not_allowed(HTML_TYPE, UNSUPPORTED_PAGE)],
            "terminal": True,
        },
    ]


def _not_allowed(content_type: list[str], body: str) -> Json:
    made = response(405, content_type, body)
    return {**made, "headers": {**made["headers"], "Allow": [", ".join(METHODS)]}}


def _service_routes(layout: Layout) -> list[Json]:
    return [
        {
            "match": [{"path_regexp": {"pattern": f"^{prefix}(/|$)"}}],
            "handle": [_proxy([layout.ports[name] for name in replica_names(layout.settings, service)])],
            "terminal": True,
        }
        for prefix, service in ROUTES.items()
    ]


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
    body = error("Not found: the API is at /api/users, /api/tickets, /api/orders and /api/payments")
    return {"match": API, "handle": [response(404, JSON_TYPE, body)], "terminal": True}


def _client_route(layout: Layout) -> Json:
    return {"handle": [_proxy([layout.ports["client"]])]}


def _unavailable_api() -> Json:
    body = error("Service temporarily unavailable: try again in a few seconds")
    return {"match": API, "handle": [unavailable(JSON_TYPE, body)], "terminal": True}


def _unavailable_page() -> Json:
    return {"handle": [unavailable(HTML_TYPE, UNAVAILABLE_PAGE)]}
