"""The page's server ends soon after SIGTERM, whatever connections its visitors keep."""

import socket
import time
from contextlib import ExitStack

from tests.browser.another_client import another_client

from ticketing_test_support.servers import wait_until

REQUEST = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_open_connections_do_not_hold_up_the_end(shop):
    with another_client(shop.url) as client, ExitStack() as connections:
        for request in (b"", b"GET / HTTP", REQUEST % b"/robots.txt"):
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", client.port)))
            connection.sendall(request)
        connection.recv(100)
        began = time.monotonic()
        client.process.terminate()
        wait_until(lambda: client.process.poll() is not None, within=30, what="the end")
        assert client.process.returncode == 0
        assert time.monotonic() - began < 8


def test_a_page_under_way_is_finished_first():
    with (
        socket.create_server(("127.0.0.1", 0)) as api,
        another_client(f"http://127.0.0.1:{api.getsockname()[1]}") as client,
        socket.create_connection(("127.0.0.1", client.port), timeout=30) as visitor,
    ):
        visitor.sendall(REQUEST % b"/signin")
        asked, _ = api.accept()
        client.process.terminate()
        asked.close()  # the API breaks off: the page says so, and is whole
        assert b"200 OK" in visitor.recv(100)
        wait_until(lambda: client.process.poll() is not None, within=30, what="the end")
