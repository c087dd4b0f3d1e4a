"""A TCP proxy that passes requests on and loses some of their answers: the work is done, and nobody is told."""

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

CHUNK = 65_536


@dataclass
class LossyProxy:
    """Loses the answer to each `every`-th request that contains one of `patterns`, and cuts that connection.

    For protocols in which a request is answered before the next one on its connection is sent (HTTP/1.1, MongoDB's).
    """

    upstream_port: int
    patterns: Sequence[bytes]
    every: int
    port: int = 0
    lost: int = 0
    _seen: int = field(default=0, init=False)
    _connections: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["LossyProxy"]:
        """While inside, `port` of loopback answers."""
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
        """Either side closes: both are closed."""
        with contextlib.closing(writer), contextlib.suppress(OSError):
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
            with contextlib.closing(upstream_writer):
                doomed = asyncio.Event()
                asking = asyncio.create_task(self._ask(reader, upstream_writer, doomed))
                answering = asyncio.create_task(self._answer(upstream_reader, writer, doomed))
                try:
                    await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    asking.cancel()
                    answering.cancel()
                    await asyncio.gather(asking, answering, return_exceptions=True)

    async def _ask(self, reader: StreamReader, upstream: StreamWriter, doomed: asyncio.Event) -> None:
        while chunk := await reader.read(CHUNK):
            if any(pattern in chunk for pattern in self.patterns):
                self._seen += 1
                if self._seen % self.every == 0:
                    doomed.set()
            upstream.write(chunk)
            await upstream.drain()

    async def _answer(self, upstream: StreamReader, writer: StreamWriter, doomed: asyncio.Event) -> None:
        while chunk := await upstream.read(CHUNK):
            if doomed.is_set():
                self.lost += 1
                return
            writer.write(chunk)
            await writer.drain()
