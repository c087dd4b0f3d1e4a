"""Follow server-sent events, over HTTP or of an application in the test's own process, for which httpx would wait."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from ticketing_test_support.waiting import eventually


@dataclass(frozen=True)
class ServerEvent:
    """One event, as a browser dispatches it."""

    name: str
    data: Any
    id: str


class Followed:
    """A response that may still go on."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.ended = False
        self.disconnected = asyncio.Event()

    @property
    def last_id(self) -> str:
        """What a browser sends as Last-Event-ID when it connects again."""
        ids = [line[4:] for line in self.body.decode().splitlines() if line.startswith("id: ")]
        return ids[-1] if ids else ""

    @property
    def events(self) -> list[ServerEvent]:
        """What has arrived so far."""
        return parse_events(self.body.decode())

    @property
    def names(self) -> list[str]:
        """The names of the events."""
        return [event.name for event in self.events]

    async def _read(self, response: httpx.Response) -> None:
        async for chunk in response.aiter_raw():
            self.body += chunk
        self.ended = True

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")
            self.ended = not message.get("more_body", False)

    async def _receive(self) -> Any:
        await self.disconnected.wait()
        return {"type": "http.disconnect"}


def parse_events(text: str) -> list[ServerEvent]:
    """The events with data, as a browser dispatches them."""
    found, last_id = [], ""
    for block in text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        last_id = fields.get("id", last_id)
        if "data" in fields:
            found.append(ServerEvent(fields["event"], json.loads(fields["data"]), last_id))
    return found


@asynccontextmanager
async def following(
    url: str, *, cookies: httpx.Cookies | None = None, last_event_id: str | None = None
) -> AsyncIterator[Followed]:
    """The response, once it has begun."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    begun = Followed()
    async with (
        httpx.AsyncClient(timeout=None, trust_env=False, cookies=cookies) as http,
        http.stream("GET", url, headers=headers) as response,
    ):
        begun.status, begun.headers = response.status_code, dict(response.headers)
        task = asyncio.create_task(begun._read(response))
        try:
            await eventually(lambda: bool(begun.body) or begun.ended, what="the response")
            yield begun
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def followed(
    app: FastAPI, path: str, *, headers: Mapping[str, str] | None = None, method: str = "GET", address: str = "1.2.3.4"
) -> AsyncIterator[Followed]:
    """The response, once it has begun. The client goes away at the end of the block."""
    response = Followed()
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        "client": (address, 1),
        "server": ("test", 80),
    }
    task = asyncio.ensure_future(app(scope, response._receive, response._send))
    try:
        await eventually(lambda: bool(response.body) or response.ended or task.done(), what="the response")
        yield response
    finally:
        response.disconnected.set()
        async with asyncio.timeout(10):
            await task
