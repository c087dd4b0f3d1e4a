"""The address that a request came from, as a key for limits."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_network

from starlette.types import Scope

_IPV6_PREFIX = 64  # what one subscriber has: each of its addresses would count anew


def client_address(scope: Scope) -> str:
    """An IPv4 address, or an IPv6 network of 64 bits. uvicorn has replaced the proxy's by what X-Forwarded-For says."""
    client = scope.get("client")
    host: str = client[0] if client else ""
    return _network(host) if ":" in host else host


@lru_cache(maxsize=4096)
def _network(host: str) -> str:
    try:
        address = IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _IPV6_PREFIX), strict=False))
