"""Caddy as the one way in, with the path rules of the Ingress: prefixes of whole path segments."""

import json
from typing import Any

from stripe_emulator import PAGE_PREFIX
from ticketing_local.layout import Layout, replica_names
from ticketing_local.pages import CLOSED, error_body
from ticketing_local.probes import HOST, TcpProbe
from ticketing_local.process import Process, Tier

# No regular expression in an Ingress, but Caddy's own path matcher ignores case, and an Ingress does not.
ROUTES = {"/api/users": "auth", "/api/tickets": "tickets", "/api/orders": "orders", "/api/payments": "payments"}
LOOPBACK = ["127.0.0.0/8", "::1/128"]
BUFFERED_BYTES = 1 << 20
JSON_TYPE = ["application/json"]
API = [{"path_regexp": {"pattern": "^/api(/|$)"}}]

Json = dict[str, Any]


def gateway(layout: Layout) -> Process:
    """Listens on loopback only, writes no access log, has no admin endpoint and leaves HOME alone."""
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
        # A service may answer before it has read a body; without these two, such an answer is sometimes cut off.
        "enable_full_duplex": True,
        # A TLS proxy on this machine may say that the browser came by HTTPS.
        "trusted_proxies": {"source": "static", "ranges": LOOPBACK},
        "routes": [*_service_routes(layout), *_emulator_route(layout), _unknown_route(), _client_route(layout)],
        "errors": {"routes": [_unavailable_api(), _unavailable_page()]},
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "WARN", "writer": {"output": "stderr"}}}},
        "apps": {"http": {"grace_period": "5s", "servers": {"gateway": server}}},
    }


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
    """A request waits for a server that is restarting; what a server has begun to answer is never sent again."""
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"{HOST}:{port}"} for port in ports],
        "load_balancing": {
            "selection_policy": {"policy": "round_robin"},
            "try_duration": "5s",
            "try_interval": "100ms",
        },
        "request_buffers": BUFFERED_BYTES,
        # Shorter than uvicorn's 5 s: a connection that the service is just closing is not used for a POST.
        "transport": {"protocol": "http", "keep_alive": {"idle_timeout": "3s"}, "dial_timeout": "2s"},
    }


def _emulator_route(layout: Layout) -> list[Json]:
    """What a page needs of the emulator; its faults and its ledger stay inside."""
    if not layout.settings.stripe.emulated:
        return []
    return [
        {
            "match": [{"path_regexp": {"pattern": f"^{PAGE_PREFIX}/v[13]/"}}],
            "handle": [_proxy([layout.ports["stripe"]])],
            "terminal": True,
        }
    ]


def _unknown_route() -> Json:
    body = error_body("There is nothing here: the API is at /api/users, /api/tickets, /api/orders and /api/payments")
    headers = {"Content-Type": JSON_TYPE}
    return {
        "match": API,
        "handle": [{"handler": "static_response", "status_code": 404, "headers": headers, "body": body}],
        "terminal": True,
    }


def _client_route(layout: Layout) -> Json:
    return {"handle": [_proxy([layout.ports["client"]])]}


def _unavailable_api() -> Json:
    body = error_body("The service is not available just now: try again in a few seconds")
    return {"match": API, "handle": [_apology(JSON_TYPE, body)], "terminal": True}


def _unavailable_page() -> Json:
    return {"handle": [_apology(["text/html; charset=utf-8"], CLOSED)]}


def _apology(content_type: list[str], body: str) -> Json:
    headers = {"Content-Type": content_type, "Retry-After": ["2"]}
    status = "{http.error.status_code}"
    return {"handler": "static_response", "status_code": status, "headers": headers, "body": body}
