"""The client's server exits soon after SIGTERM, whatever connections browsers keep open."""

import socket
from contextlib import ExitStack

from tests.browser.client_process import client_process

from ticketing_test_support.waiting import wait_until

REQUEST = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_open_connections_do_not_delay_shutdown(site):
    with client_process(site.url) as client, ExitStack() as connections:
        for request in (b"", b"GET / HTTP", REQUEST % b"/robots.txt"):
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", client.port)))
            connection.sendall(request)
        connection.recv(100)
        client.process.terminate()
        wait_until(
            lambda: client.process.poll() is not None, within=30, what="the exit"
        )  # Next.js alone takes a minute
        assert client.process.returncode == 0


def test_page_in_flight_is_finished_before_shutdown():
    with (
        socket.create_server(("127.0.0.1", 0)) as api,
        client_process(f"http://127.0.0.1:{api.getsockname()[1]}") as client,
        socket.create_connection(("127.0.0.1", client.port), timeout=30) as connection,
    ):
        connection.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nCookie: session=x\r\n\r\n") % b"/signin")
        api_connection, _ = api.accept()
        client.process.terminate()
        api_connection.close()  # the page still renders, without a session
        assert b"200 OK" in connection.recv(100)
        wait_until(lambda: client.process.poll() is not None, within=30, what="the exit")
