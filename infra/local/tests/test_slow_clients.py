"""Connections of clients that are slow or idle are closed, by the gateway and by each service."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest

from ticketing_test_support.stack import Stack

GET = b"GET /api/tickets HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /api/tickets?read HTTP/1.1\r\nHost: localhost\r\n"
UNKNOWN = b"POST /api/nowhere HTTP/1.1\r\nHost: localhost\r\n"
CLIENTS = {
    "says nothing": [],
    "slow head": [GET, *[b"X-Slow: yes\r\n"] * 200],
    "stops in the head": [GET],
    "slow body": [POST + b"Content-Length: 1000\r\n\r\n", *[b"x"] * 200],
    "stops in the body": [POST + b"Content-Length: 1000\r\n\r\n", b"x"],
    "slow body that nobody reads": [UNKNOWN + b"Content-Length: 1000\r\n\r\n", *[b"x"] * 200],
    "stops in a body that nobody reads": [UNKNOWN + b"Content-Length: 1000\r\n\r\n", b"x"],
    "slow chunks": [POST + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 200],
    "idle after a request": [GET + b"\r\n"],
}


async def until_closed(port: int, pieces: list[bytes]) -> None:
    """Sends a piece every 0.1 s."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0.1)

    sending = asyncio.create_task(send())
    with suppress(ConnectionError):
        await reader.read()
    sending.cancel()
    writer.close()


@pytest.mark.parametrize("name", ["gateway", "tickets-1"])
async def test_connections_of_slow_and_idle_clients_are_closed(stack: Stack, name: str) -> None:
    port = urlsplit(stack.urls()[name]).port or 0
    connections = {client: asyncio.create_task(until_closed(port, pieces)) for client, pieces in CLIENTS.items()}
    _, pending = await asyncio.wait(connections.values(), timeout=30)
    assert [client for client, task in connections.items() if task in pending] == []


async def test_event_streams_are_passed_on_at_once_and_last(stack: Stack) -> None:
    async with (
        httpx.AsyncClient(base_url=stack.url, timeout=20, trust_env=False) as http,
        http.stream("GET", "/api/tickets/stream?follow", headers={"Accept-Encoding": "gzip, br"}) as response,
    ):
        chunks = [chunk async for chunk in response.aiter_raw()]
    assert chunks == [b"data: %d\n\n" % number for number in range(8)]
    assert "content-encoding" not in response.headers
