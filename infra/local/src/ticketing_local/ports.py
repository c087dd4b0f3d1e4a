"""Ports for one stack.

They are below the range of outgoing connections (from 32768 on Linux, 49152 elsewhere), so that no connection takes a
server's port while the server restarts. Ports come in blocks; a stack keeps the first port of its block bound while it
runs, so that no other stack uses the block.
"""

import contextlib
import errno
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from ticketing_local.errors import PortUnavailable
from ticketing_local.probes import HOST

FIRST_GATEWAY_PORT = 18_080
FIRST_PORT = 20_000
BLOCK = 100
BLOCKS = 120


@dataclass(frozen=True)
class Ports:
    """A port for each name; keep this object as long as the stack runs."""

    numbers: dict[str, int]
    _claim: socket.socket = field(repr=False)

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]

    def release(self) -> None:
        """Release the block."""
        self._claim.close()


def check_gateway_port(port: int) -> None:
    """Raises PortUnavailable when the port is taken, on 127.0.0.1 or on ::1, which a browser may use for localhost."""
    taken = PortUnavailable(f"PORT {port} is taken: stop what listens there, or choose another, e.g. PORT={port + 1}")
    if any(_is_listening(host, port) for host in (HOST, "::1")):
        raise taken
    try:
        _bind(port, reuse=True).close()
    except PermissionError:
        raise PortUnavailable(f"PORT {port} needs privileges: choose one above 1023, e.g. PORT=8080") from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise taken from None


def free_gateway_port() -> int:
    """A port that is free now."""
    count = FIRST_PORT - FIRST_GATEWAY_PORT
    start = secrets.randbelow(count)  # two runs at the same moment rarely get the same port
    for i in range(count):
        port = FIRST_GATEWAY_PORT + (start + i) % count
        with contextlib.suppress(PortUnavailable):
            check_gateway_port(port)
            return port
    raise PortUnavailable(f"No port from {FIRST_GATEWAY_PORT} on is free: stop a stack that is not needed")


def claim_ports(names: Sequence[str]) -> Ports:
    """A free port for each name, all from one block. Raises PortUnavailable when no block is free."""
    if len(names) >= BLOCK:
        raise PortUnavailable(f"{len(names)} processes need more than {BLOCK} ports: ask for fewer REPLICAS")
    start = secrets.randbelow(BLOCKS)
    for i in range(BLOCKS):
        first = FIRST_PORT + (start + i) % BLOCKS * BLOCK
        with contextlib.suppress(OSError):
            return _claim(first, names)
    raise PortUnavailable(f"No {len(names)} free ports together from {FIRST_PORT} on: stop a stack that is not needed")


def _claim(first: int, names: Sequence[str]) -> Ports:
    """All are bound together before they are released, so that none is given twice."""
    with contextlib.ExitStack() as bound:
        claim = bound.enter_context(_bind(first, reuse=False))
        numbers = dict(zip(names, range(first + 1, first + BLOCK), strict=False))
        for number in numbers.values():
            bound.enter_context(_bind(number, reuse=False))
        return Ports(numbers, socket.socket(fileno=claim.detach()))


def _bind(port: int, *, reuse: bool) -> socket.socket:
    """`reuse` ignores lingering connections of an earlier server, as the server itself does."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if reuse:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    return bound


def _is_listening(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
        return True
    return False
