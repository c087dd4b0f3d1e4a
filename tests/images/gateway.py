"""A gateway with the routes of the Ingresses: prefixes of whole path segments, without rewrites."""

import json
from typing import Any

from infra.manifests.tests.manifests import Object
from tests.images.engine import docker
from tests.images.pod_runner import HARDENING, Network

IMAGE = "caddy:2.11.7-alpine"
NAME = "gateway"
PORT = 8080


def start(network: Network, ingresses: list[Object], ports: dict[str, int]) -> str:
    """Its local URL. `ports` are those of the Services."""
    folder = network.files / NAME
    folder.mkdir()
    (folder / "caddy.json").write_text(json.dumps(config(ingresses, ports)))
    name = network.name(NAME)
    docker(
        *("run", "--detach", "--name", name, "--label", network.label, "--user", "10001:10001", *HARDENING),
        *("--network", network.label, "--publish", f"127.0.0.1::{PORT}", "--volume", f"{folder}:/etc/gateway:ro"),
        *("--env", "HOME=/tmp", "--tmpfs", "/tmp:mode=1777", "--entrypoint", "caddy", IMAGE),
        *("run", "--config", "/etc/gateway/caddy.json"),
    )
    return f"http://{docker('port', name, f'{PORT}/tcp').splitlines()[0]}"


def config(ingresses: list[Object], ports: dict[str, int]) -> dict[str, Any]:
    """Caddy's native configuration, with the longest path first."""
    paths = [path for made in ingresses for rule in made["spec"]["rules"] for path in rule["http"]["paths"]]
    backends = {path["path"]: path["backend"]["service"]["name"] for path in paths}
    routes = [_route(path, f"{backends[path]}:{ports[backends[path]]}") for path in sorted(backends, key=len)[::-1]]
    server = {"listen": [f":{PORT}"], "protocols": ["h1"], "automatic_https": {"disable": True}, "routes": routes}
    return {"admin": {"disabled": True}, "apps": {"http": {"servers": {NAME: {**server, "enable_full_duplex": True}}}}}


def _route(path: str, upstream: str) -> dict[str, Any]:
    proxy = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": upstream}],
        # Shorter than the services' keep-alive, so that no POST uses a connection that is being closed.
        "transport": {"protocol": "http", "keep_alive": {"idle_timeout": "3s"}},
    }
    pattern = f"^{path.rstrip('/')}(/|$)"
    return {"match": [{"path_regexp": {"pattern": pattern}}], "handle": [proxy], "terminal": True}
