"""Ports are free, below the ephemeral range, and never shared by two stacks."""

import socket

import pytest

from ticketing_local.errors import PortUnavailable
from ticketing_local.ports import check_gateway_port, claim_ports, free_gateway_port

LOWEST_EPHEMERAL = 32_768


def test_ports_are_distinct_and_not_ephemeral() -> None:
    ports = claim_ports(["mongo", "nats", "redis"])
    ports.release()
    assert len(set(ports.numbers.values())) == 3
    assert all(20_000 < port < LOWEST_EPHEMERAL for port in ports.numbers.values())


def test_concurrent_stacks_share_no_port() -> None:
    claimed = [claim_ports(["mongo", "nats", "redis"]) for _ in range(30)]
    for ports in claimed:
        ports.release()
    assert len({port for ports in claimed for port in ports.numbers.values()}) == 90


def test_too_many_processes_are_refused() -> None:
    with pytest.raises(PortUnavailable, match="ask for fewer REPLICAS"):
        claim_ports([str(number) for number in range(100)])


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0")])
def test_taken_port_error_suggests_another(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.bind((host, 0))
        listening.listen()
        port = listening.getsockname()[1]
        with pytest.raises(PortUnavailable, match=f"^PORT {port} is taken: .* e.g. PORT={port + 1}$"):
            check_gateway_port(port)


def test_recently_closed_port_can_be_reused() -> None:
    port = free_gateway_port()
    with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(("127.0.0.1", port)):
        accepted, _ = server.accept()
        accepted.close()  # leaves a connection in TIME_WAIT
    check_gateway_port(port)
