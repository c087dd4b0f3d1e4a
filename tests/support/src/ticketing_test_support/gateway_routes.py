"""The routes of the gateway, as its Caddyfile says."""

import re

from ticketing_local.processes.gateway import CADDYFILE

_SERVICE = re.compile(r"^\s*import proxy \w+ \^(/[\w/-]+)\(/\|\$\) \{\$(\w+)_UPSTREAMS", re.MULTILINE)


def gateway_routes() -> dict[str, str]:
    """Service by path prefix."""
    return {prefix: service.lower() for prefix, service in _SERVICE.findall(CADDYFILE.read_text())}
