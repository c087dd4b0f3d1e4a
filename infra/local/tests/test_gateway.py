"""The gateway's path rules are those of the Ingress, and its own answers have the envelope of all."""

import httpx
import pytest

from ticketing_test_support.stack import Stack


def path_seen(stack: Stack, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{stack.url}{path}", headers=headers, timeout=20)


@pytest.mark.parametrize("path", ["/api/tickets", "/api/tickets/", "/api/tickets/5", "/api/tickets/a/b?limit=2"])
def test_a_prefix_of_whole_segments_reaches_the_service(stack: Stack, path: str) -> None:
    assert path_seen(stack, path).text.split()[1] == path.partition("?")[0]


@pytest.mark.parametrize(
    "path",
    ["/api/ticketsfoo", "/api", "/api/", "/api/healthz/ready", "/api/tickets/../x"],
)
def test_any_other_path_of_the_api_is_404_in_the_envelope(stack: Stack, path: str) -> None:
    answer = path_seen(stack, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errors"][0]["message"].startswith("Not found")


@pytest.mark.parametrize("path", ["/", "/API/tickets", "/healthz/ready", "/metrics", "/orders/5", "/apifoo"])
def test_what_is_not_of_the_api_reaches_the_client(stack: Stack, path: str) -> None:
    pid, seen, _ = path_seen(stack, path).text.split()
    assert (int(pid), seen) == (stack.ps()["client"]["pid"], path)


def test_a_service_that_is_down_is_502_with_retry_after(stack: Stack) -> None:
    answer = path_seen(stack, "/api/orders")
    assert (answer.status_code, answer.headers["retry-after"]) == (502, "2")
    assert "try again" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("size", [2, 3_000_000])
def test_an_answer_that_comes_before_the_body_was_read_arrives_whole(stack: Stack, size: int) -> None:
    with httpx.Client(base_url=stack.url) as client:
        answers = [client.post("/api/tickets", content=b" " * size) for _ in range(40)]
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("path", ["/emulator-stripe/emulator/ledger", "/emulator-stripe/v1", "/emulator-stripe/v2/x"])
def test_of_the_emulator_only_what_a_page_needs_is_let_in(stack: Stack, path: str) -> None:
    assert path_seen(stack, path).text.split()[1] == path  # the client's, which knows no such page


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_tls_proxy_before_it_is_believed(stack: Stack, scheme: str) -> None:
    assert path_seen(stack, "/api/tickets", **{"X-Forwarded-Proto": scheme}).text.split()[2] == scheme


def test_without_a_proxy_the_scheme_is_http(stack: Stack) -> None:
    assert path_seen(stack, "/api/tickets").text.split()[2] == "http"
