"""A TCP proxy that forwards requests and loses some responses: the work is done, and the client does not know."""

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

CHUNK = 65_536


@dataclass
class LossyProxy:
    """Loses the response to each `every`-th request that contains one of `patterns`, and closes that connection.

    For protocols that respond before the next request on a connection is sent (HTTP/1.1, MongoDB's).
    """

    upstream_port: int
    patterns: Sequence[bytes]
    every: int
    port: int = 0
    lost: int = 0
    _matched: int = field(default=0, init=False)
    _connections: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["LossyProxy"]:
        """While inside, it listens on `port` of loopback."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        connection = asyncio.create_task(self._connect(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _connect(self, reader: StreamReader, writer: StreamWriter) -> None:
        """When either side closes, both are closed."""
        with contextlib.closing(writer), contextlib.suppress(OSError):
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
            with contextlib.closing(upstream_writer):
                lose = asyncio.Event()
                requests = asyncio.create_task(self._forward_requests(reader, upstream_writer, lose))
                responses = asyncio.create_task(self._forward_responses(upstream_reader, writer, lose))
                try:
                    await asyncio.wait({requests, responses}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    requests.cancel()
                    responses.cancel()
                    await asyncio.gather(requests, responses, return_exceptions=True)

    async def _forward_requests(self, reader: StreamReader, upstream: StreamWriter, lose: asyncio.Event) -> None:
        while chunk := await reader.read(CHUNK):
            if any(pattern in chunk for pattern in self.patterns):
                self._matched += 1
                if self._matched % self.every == 0:
                    lose.set()
            upstream.write(chunk)
            await upstream.drain()

    async def _forward_responses(self, upstream: StreamReader, writer: StreamWriter, lose: asyncio.Event) -> None:
        while chunk := await upstream.read(CHUNK):
            if lose.is_set():
                self.lost += 1
                return
            writer.write(chunk)
            await writer.drain()
