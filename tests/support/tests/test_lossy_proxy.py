"""The proxy does the work of a request whose response it loses."""

import asyncio
from asyncio import StreamReader, StreamWriter

from ticketing_test_support.lossy_proxy import LossyProxy


async def test_second_matching_request_loses_its_response() -> None:
    received: list[bytes] = []

    async def echo(reader: StreamReader, writer: StreamWriter) -> None:
        while line := await reader.readline():
            received.append(line)
            writer.write(line)
        writer.close()

    async def send(line: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(line)
        response = await reader.readline()
        writer.close()
        return response

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with LossyProxy(server.sockets[0].getsockname()[1], (b"write",), every=2).listening() as proxy:
        responses = [await send(line) for line in (b"write\n", b"read\n", b"write\n", b"read\n", b"write\n")]
    server.close()
    assert responses == [b"write\n", b"read\n", b"", b"read\n", b"write\n"]
    assert (len(received), proxy.lost) == (5, 1)
