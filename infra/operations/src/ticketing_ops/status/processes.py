"""Ask each process whether it is ready."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from ticketing_ops.stack import SERVICES, Process, Stack
from ticketing_ops.status.report import Health, ProcessStatus

TIMEOUT_SECONDS = 2.0
# A page that each serves by itself; where there is none, any response shows that it works.
_PATHS = {"client": "/robots.txt", "stripe": "/healthz/live", "exporter": "/healthz", "prometheus": "/-/ready"}
_REPLICA = re.compile(r"-\d+$")


def service_of(name: str) -> str:
    """`orders-2` is a replica of `orders`."""
    return _REPLICA.sub("", name)


async def read_processes(stack: Stack) -> tuple[Sequence[ProcessStatus], str | None]:
    """All processes with their health, and why they could not be listed: then those with an address are asked."""
    try:
        listed, error = await asyncio.to_thread(stack.list_processes), None
    except (OSError, ValueError) as failure:
        listed, error = [], str(failure)
    others = (name for name in stack.urls.keys() - {process.name for process in listed} if _http(stack, name))
    asked = [*listed, *(Process(name, "", running=True) for name in sorted(others))]
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False, verify=False) as http:  # noqa: S501
        healths = await asyncio.gather(*(_health(http, stack, process.name) for process in asked))
    return [ProcessStatus(*pair) for pair in zip(asked, healths, strict=True)], error


def _http(stack: Stack, name: str) -> bool:
    return urlsplit(stack.urls.get(name, "")).scheme in ("http", "https")


async def _health(http: httpx.AsyncClient, stack: Stack, name: str) -> Health | None:
    if not _http(stack, name):
        return None
    service = service_of(name)
    path = "/healthz/ready" if service in SERVICES else _PATHS.get(service, "/")
    try:
        response = await http.get(f"{stack.urls[name]}{path}")
    except httpx.TimeoutException:
        return Health(ready=False, text=f"no response within {TIMEOUT_SECONDS:.0f} s", dependencies={})
    except httpx.HTTPError:
        return Health(ready=False, text="does not accept connections", dependencies={})
    if service not in SERVICES:
        ready = service not in _PATHS or response.is_success
        return Health(ready=ready, text="up" if ready else f"status {response.status_code}", dependencies={})
    return _readiness(response)


def _readiness(response: httpx.Response) -> Health:
    try:
        body: Mapping[str, str] = response.json()
    except ValueError:
        body = {}
    states = {name: str(state) for name, state in body.items() if name != "status"}
    return Health(response.is_success, body.get("status", f"status {response.status_code}"), states)
