"""A gateway that does what the Ingresses say: prefixes of whole path segments, no rewrite."""

import json
from typing import Any

from tests.images.engine import docker
from tests.images.pod_runner import HARDENING, Network

IMAGE = "caddy:2"
NAME = "gateway"
PORT = 8080


def start(network: Network, paths: list[tuple[str, str]], ports: dict[str, int]) -> str:
    """Its URL on this machine. `ports` are those of the Services."""
    folder = network.files / NAME
    folder.mkdir()
    (folder / "caddy.json").write_text(json.dumps(config(paths, ports)))
    name = network.name(NAME)
    docker(
        *("run", "--detach", "--name", name, "--label", network.label, "--user", "10001:10001", *HARDENING),
        *("--network", network.label, "--publish", f"127.0.0.1::{PORT}", "--volume", f"{folder}:/etc/gateway:ro"),
        *("--env", "HOME=/tmp", "--tmpfs", "/tmp:mode=1777", "--entrypoint", "caddy", IMAGE),
        *("run", "--config", "/etc/gateway/caddy.json"),
    )
    return f"http://{docker('port', name, f'{PORT}/tcp').splitlines()[0]}"


def config(paths: list[tuple[str, str]], ports: dict[str, int]) -> dict[str, Any]:
    """Caddy's native configuration."""
    routes = [_route(path, f"{service}:{ports[service]}") for path, service in paths]
    server = {"listen": [f":{PORT}"], "protocols": ["h1"], "automatic_https": {"disable": True}, "routes": routes}
    return {"admin": {"disabled": True}, "apps": {"http": {"servers": {NAME: {**server, "enable_full_duplex": True}}}}}


def _route(path: str, upstream: str) -> dict[str, Any]:
    proxy = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": upstream}],
        # Shorter than uvicorn's 5 s: a connection that the service is just closing is not used for a POST.
        "transport": {"protocol": "http", "keep_alive": {"idle_timeout": "3s"}},
    }
    pattern = f"^{path.rstrip('/')}(/|$)"
    return {"match": [{"path_regexp": {"pattern": pattern}}], "handle": [proxy], "terminal": True}
