"""Is it well? Each probe asks once, in its own protocol, and never raises."""

import contextlib
import socket
from dataclasses import dataclass
from typing import Protocol

import httpx

ASK_SECONDS = 1.0
HOST = "127.0.0.1"


class Probe(Protocol):
    """One question to one process."""

    def passes(self) -> bool:
        """True when the process answered that it is well."""


@dataclass(frozen=True)
class HttpProbe:
    """A GET that is answered with 200."""

    url: str

    def passes(self) -> bool:
        """Proxies of the environment are not asked: this is loopback."""
        try:
            return httpx.get(self.url, timeout=ASK_SECONDS, trust_env=False).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


@dataclass(frozen=True)
class TcpProbe:
    """Something accepts connections."""

    port: int

    def passes(self) -> bool:
        """True when a connection was accepted."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), ASK_SECONDS):
            return True
        return False


@dataclass(frozen=True)
class RedisProbe:
    """PING is answered with PONG: not yet while the append-only file is being read."""

    port: int

    def passes(self) -> bool:
        """True on +PONG."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), ASK_SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        return False
