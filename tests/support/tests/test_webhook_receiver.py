"""The tests' webhook endpoint keeps what came whole, as a real one would."""

import socket
from urllib.parse import urlsplit

import pytest

from ticketing_test_support.stripe_emulator import webhook_receiver

HEAD = b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nStripe-Signature: t=1,v1=0\r\nContent-Length: 12\r\n\r\n"


@pytest.mark.parametrize(("body", "kept"), [(b"", 0), (b'{"id":', 0), (b'{"id": "e1"}', 1)])
def test_a_webhook_that_breaks_off_is_none(body: bytes, kept: int) -> None:
    with webhook_receiver() as receiver:
        with socket.create_connection((urlsplit(receiver.url).hostname, urlsplit(receiver.url).port), 10) as sender:
            sender.sendall(HEAD + body)
            sender.shutdown(socket.SHUT_WR)
            answer = sender.makefile("rb").read()
        assert len(receiver.received) == kept
        assert answer.startswith(b"HTTP/1.0 200") == bool(kept)
