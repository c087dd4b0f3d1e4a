"""Health probes: each makes one request, in the protocol of its server, and never raises."""

import contextlib
import socket
import ssl
from dataclasses import dataclass
from typing import Protocol

import httpx

TIMEOUT_SECONDS = 1.0
HOST = "127.0.0.1"
# Without it httpx loads all certificate authorities for each request, which takes 20 ms of CPU time.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Probe(Protocol):
    """One request to one process."""

    def passes(self) -> bool:
        """Whether the process responded that it is healthy."""


@dataclass(frozen=True)
class HttpProbe:
    """A GET that returns 200."""

    url: str

    def passes(self) -> bool:
        """Whether the status is 200."""
        return self._status() == httpx.codes.OK

    def is_failing(self) -> bool:
        """Whether the process responds, but with an error; one that does not respond is not failing."""
        return self._status() not in (None, httpx.codes.OK)

    def _status(self) -> int | None:
        try:
            return httpx.get(self.url, timeout=TIMEOUT_SECONDS, trust_env=False, verify=_NO_TLS).status_code
        except httpx.HTTPError:
            return None


@dataclass(frozen=True)
class TcpProbe:
    """A connection that is accepted."""

    port: int

    def passes(self) -> bool:
        """Whether it was accepted."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), TIMEOUT_SECONDS):
            return True
        return False


@dataclass(frozen=True)
class RedisProbe:
    """A PING that returns PONG; it does not while Redis loads its append-only file."""

    port: int
    password: str

    def passes(self) -> bool:
        """Whether PONG was returned."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), TIMEOUT_SECONDS) as connection:
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            return _read(connection, len(b"+OK\r\n+PONG\r\n")) == b"+OK\r\n+PONG\r\n"
        return False


def _read(connection: socket.socket, size: int) -> bytes:
    """As many bytes, which may arrive in pieces; fewer from a server that closes the connection."""
    with connection.makefile("rb") as stream:
        return stream.read(size)
