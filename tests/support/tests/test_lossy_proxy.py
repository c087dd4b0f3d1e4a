"""The proxy that loses answers."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator

import pytest

from ticketing_test_support.lossy_proxy import LossyProxy


class Echo:
    """Answers each line with itself, and remembers it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    async def __call__(self, reader: StreamReader, writer: StreamWriter) -> None:
        while line := await reader.readline():
            self.heard.append(line)
            writer.write(line)
        writer.close()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[LossyProxy]:
    """Loses the answer to each second `write`."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with LossyProxy(server.sockets[0].getsockname()[1], (b"write",), every=2).listening() as proxy:
        yield proxy
    server.close()


async def asked(proxy: LossyProxy, line: bytes) -> bytes:
    """The answer; empty when it was lost."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(line)
    answer = await reader.readline()
    writer.close()
    return answer


async def test_the_work_is_done_and_its_answer_is_lost(proxy: LossyProxy, echo: Echo) -> None:
    assert [await asked(proxy, b"write\n") for _ in range(4)] == [b"write\n", b"", b"write\n", b""]
    assert (echo.heard, proxy.lost) == ([b"write\n"] * 4, 2)


async def test_what_is_not_meant_passes(proxy: LossyProxy) -> None:
    assert [await asked(proxy, b"read\n") for _ in range(4)] == [b"read\n"] * 4
