"""Slow and oversized requests, and connections on which nothing happens, are ended by the server."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from ticketing_common.http_protocol import BoundedHttpProtocol
from ticketing_common.observability import configure
from ticketing_test_support.waiting import eventually

HEAD = b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n"


class QuickProtocol(BoundedHttpProtocol):
    """With limits that a test can wait for."""

    receive_seconds = 0.2
    max_head_bytes = 1000


class SlowApp:
    """Reads the body; responds a little later than a client may take to send a request."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message.get("more_body"):
                break
        else:
            return
        self.bodies.append(body)
        if scope["path"] == "/slow":
            await asyncio.sleep(2 * QuickProtocol.receive_seconds)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Of a server that keeps idle connections for a second."""
    server = uvicorn.Server(
        uvicorn.Config(SlowApp(), http=QuickProtocol, port=0, lifespan="off", log_config=None, timeout_keep_alive=1)
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, what="the server")
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def conversation(port: int, *pieces: bytes, pause: float = 0) -> bytes:
    """What the server sends until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def write() -> None:
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)

    writing = asyncio.create_task(write())
    received = b""
    # Read as it arrives: a write to the closed connection is answered with a reset, which drops what was not read.
    with suppress(ConnectionError):
        async with asyncio.timeout(20):
            while piece := await reader.read(65_536):
                received += piece
    writing.cancel()
    writer.close()
    return received


def status(response: bytes) -> int:
    head, _, body = response.partition(b"\r\n\r\n")
    assert json.loads(body)["errors"][0]["message"]
    assert b"x-content-type-options: nosniff" in head
    return int(head.split()[1])


async def test_connection_that_sends_nothing_is_closed(port: int) -> None:
    assert await conversation(port) == b""


@pytest.mark.parametrize("piece", [b"X-Slow: yes\r\n", b"x"])
async def test_slow_head_is_408(port: int, piece: bytes) -> None:
    assert status(await conversation(port, b"GET / HTTP/1.1\r\n", *[piece] * 100, pause=0.05)) == 408


async def test_slow_body_is_408(port: int) -> None:
    assert status(await conversation(port, HEAD + b"\r\n", b"a", b"b", b"c", pause=0.15)) == 408


async def test_slow_chunks_are_408(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert status(await conversation(port, head, *[b"1\r\na\r\n"] * 100, pause=0.05)) == 408


async def test_idle_connection_is_closed_after_keep_alive(port: int) -> None:
    response = await conversation(port, HEAD + b"\r\nbody")
    assert response.startswith(b"HTTP/1.1 204")
    assert response.count(b"HTTP/1.1") == 1


async def test_empty_lines_do_not_keep_a_connection(port: int) -> None:
    response = await conversation(port, HEAD + b"\r\nbody", *[b"\r\n"] * 100, pause=0.05)
    assert response.startswith(b"HTTP/1.1 204")


async def test_slow_second_request_is_408(port: int) -> None:
    response = await conversation(port, HEAD + b"\r\nbody", HEAD, *[b"X: y\r\n"] * 100, pause=0.05)
    assert response.startswith(b"HTTP/1.1 204")
    assert b"HTTP/1.1 408" in response


async def test_response_may_take_longer_than_the_request(port: int) -> None:
    response = await conversation(port, b"GET /slow HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 204")


async def test_request_in_pieces_is_read(port: int) -> None:
    pieces = (HEAD[:20], HEAD[20:], b"Connection: close\r\n\r\n", b"bo", b"dy")
    assert (await conversation(port, *pieces, pause=0.02)).startswith(b"HTTP/1.1 204")


@pytest.mark.parametrize(
    "piece",
    [
        b"X-Large: " + b"x" * 2000 + b"\r\n\r\n",
        b"X-Large: " + b"x" * 2000,
        b"X: y\r\n" * 500 + b"\r\n",
        b"X: y\r\n" * 500,
    ],
    ids=["one header", "one unfinished header", "many headers", "many unfinished headers"],
)
async def test_large_head_is_431(port: int, piece: bytes) -> None:
    assert status(await conversation(port, HEAD, piece)) == 431


async def test_large_head_after_another_request_is_431(port: int) -> None:
    response = await conversation(port, HEAD + b"\r\nbody" + HEAD + b"X: y\r\n" * 500 + b"\r\nbody")
    assert b"HTTP/1.1 431" in response


async def test_large_body_with_its_head_is_no_large_head(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n"
    assert (await conversation(port, head + b"x" * 5000)).startswith(b"HTTP/1.1 204")


async def test_long_url_is_431(port: int) -> None:
    assert status(await conversation(port, b"GET /?" + b"x" * 2000 + b" HTTP/1.1\r\nHost: test\r\n\r\n")) == 431


async def test_other_protocol_is_400(port: int) -> None:
    assert status(await conversation(port, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n")) == 400


async def test_requests_that_cannot_be_parsed_are_not_logged(port: int, caplog: pytest.LogCaptureFixture) -> None:
    configure(service="test")
    with caplog.at_level(logging.INFO):
        assert status(await conversation(port, b"\x16\x03\x01\x02\x00\r\n\r\n")) == 400
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []


async def test_request_for_a_websocket_is_handled_like_any_other(port: int, caplog: pytest.LogCaptureFixture) -> None:
    upgrade = b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    head = b"GET / HTTP/1.1\r\nHost: test\r\n" + upgrade + b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    with caplog.at_level(logging.INFO):
        assert (await conversation(port, head)).startswith(b"HTTP/1.1 204")
    assert "uvicorn.error" not in {record.name for record in caplog.records}
