"""The gateway has the Ingress's path rules, and its own errors have the services' form."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from ticketing_test_support.stack import Stack


def get(stack: Stack, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{stack.url}{path}", headers=headers, timeout=20)


@pytest.mark.parametrize("path", ["/api/tickets", "/api/tickets/", "/api/tickets/5", "/api/tickets/a/b?limit=2"])
def test_path_prefix_is_routed_to_its_service(stack: Stack, path: str) -> None:
    assert get(stack, path).text.split()[1] == path.partition("?")[0]


@pytest.mark.parametrize(
    "path",
    ["/api/ticketsfoo", "/api", "/api/", "/api/healthz/ready", "/api/tickets/../x"],
)
def test_other_api_path_is_404(stack: Stack, path: str) -> None:
    response = get(stack, path)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/json")
    assert response.json()["errors"][0]["message"].startswith("Not found")


def raw_get(stack: Stack, target: bytes) -> str:
    """The response to a request target that HTTP clients refuse to send."""
    url = urlsplit(stack.url)
    with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
        connection.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % target)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


@pytest.mark.parametrize("method", ["FOO", "TRACE"])
@pytest.mark.parametrize(("path", "content_type"), [("/api/tickets", "application/json"), ("/", "text/html")])
def test_unknown_method_is_405(stack: Stack, method: str, path: str, content_type: str) -> None:
    response = httpx.request(method, f"{stack.url}{path}", timeout=20)
    assert (response.status_code, response.headers["content-type"].split(";")[0]) == (405, content_type)
    assert response.headers["allow"].startswith("GET, HEAD, POST")


@pytest.mark.parametrize(("method", "path"), [("FOO", "/api/tickets"), ("POST", "/api/nowhere"), ("FOO", "/")])
def test_unread_body_ends_the_connection(stack: Stack, method: str, path: str) -> None:
    response = httpx.request(method, f"{stack.url}{path}", content=b"{}", timeout=20)
    assert (response.is_client_error, response.headers["connection"]) == (True, "close")


def test_unencoded_bytes_in_a_query_get_the_error_envelope(stack: Stack) -> None:
    response = raw_get(stack, b"/api/tickets?q=\xff")
    assert response.startswith("HTTP/1.1 400")
    assert '{"errors":[{"message":"The request cannot be read' in response


def test_target_that_is_no_path_is_405(stack: Stack) -> None:
    assert raw_get(stack, b"*").startswith("HTTP/1.1 405")


@pytest.mark.parametrize("path", ["/", "/API/tickets", "/healthz/ready", "/metrics", "/orders/5", "/apifoo"])
def test_other_path_is_routed_to_the_client(stack: Stack, path: str) -> None:
    pid, routed_path, *_ = get(stack, path).text.split()
    assert (int(pid), routed_path) == (stack.pid("client"), path)


def test_unavailable_service_is_502_with_retry_after(stack: Stack) -> None:
    response = get(stack, "/api/orders", **{"X-Forwarded-Proto": "https"})
    assert (response.status_code, response.headers["retry-after"]) == (502, "2")
    assert_private(response, "max-age=31536000")
    assert "try again" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("size", [17_000, 700_000])
@pytest.mark.parametrize(("path", "content_type"), [("/api/tickets", "application/json"), ("/", "text/html")])
def test_too_large_cookies_are_explained(stack: Stack, path: str, content_type: str, size: int) -> None:
    response = get(stack, path, Cookie=f"x={'x' * size}")
    assert response.status_code == 431
    assert response.headers["content-type"].startswith(content_type)
    assert "cookies" in response.text
    assert get(stack, path, Cookie=f"x={'x' * 8_000}").status_code == 200


@pytest.mark.parametrize(("size", "status"), [(2, 200), (65_536, 200), (65_537, 413), (3_000_000, 413)])
@pytest.mark.parametrize("path", ["/api/tickets", "/"])
def test_response_sent_before_body_is_read_arrives_whole(stack: Stack, path: str, size: int, status: int) -> None:
    with httpx.Client(base_url=stack.url) as client:
        assert {client.post(path, content=b" " * size).status_code for _ in range(20)} == {status}


@pytest.mark.parametrize(("path", "content_type"), [("/api/tickets", "application/json"), ("/", "text/html")])
def test_body_that_grows_too_large_is_413(stack: Stack, path: str, content_type: str) -> None:
    response = httpx.post(f"{stack.url}{path}?read", content=iter([b" " * 40_000] * 20), timeout=20)
    assert (response.status_code, response.headers["content-type"].split(";")[0]) == (413, content_type)


def assert_private(response: httpx.Response, hsts: str | None) -> None:
    assert response.headers["x-content-type-options"] == "nosniff"
    assert (response.headers["cache-control"], response.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert response.headers.get("strict-transport-security") == hsts


@pytest.mark.parametrize(("scheme", "hsts"), [("http", None), ("https", "max-age=31536000")])
def test_own_error_is_private_and_makes_https_permanent(stack: Stack, scheme: str, hsts: str | None) -> None:
    assert_private(get(stack, "/api/nothing", **{"X-Forwarded-Proto": scheme}), hsts)


def test_own_page_runs_no_scripts(stack: Stack) -> None:
    response = httpx.request("FOO", stack.url, timeout=20)
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["emulator/ledger", "v1/payment_intents", "v1/refunds", "v2/x", "v3"])
def test_emulator_internals_are_not_exposed(stack: Stack, path: str) -> None:
    path = f"/emulator-stripe/{path}"
    assert get(stack, path).text.split()[1] == path  # routed to the client


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_scheme_of_a_tls_proxy_is_forwarded(stack: Stack, scheme: str) -> None:
    assert get(stack, "/api/tickets", **{"X-Forwarded-Proto": scheme}).text.split()[2] == scheme


def seen_address(url: str, forwarded: str, source: str = "127.0.0.1") -> str:
    """The client's address for the service, which responds to `source`."""
    with httpx.Client(transport=httpx.HTTPTransport(local_address=source)) as client:
        return client.get(f"{url}/api/tickets", headers={"X-Forwarded-For": forwarded}).text.split()[3]


def test_address_is_the_one_that_the_gateway_forwards(stack: Stack) -> None:
    assert seen_address(stack.url, "203.0.113.7") == "203.0.113.7"
    assert seen_address(stack.url, "198.51.100.1, 203.0.113.7") == "203.0.113.7"


def test_others_than_the_gateway_cannot_choose_their_address(stack: Stack) -> None:
    service = stack.urls()["tickets-1"]
    assert seen_address(service, "203.0.113.7", source="127.0.0.2") == "127.0.0.2"


def test_scheme_without_proxy_is_http(stack: Stack) -> None:
    assert get(stack, "/api/tickets").text.split()[2] == "http"
