"""Every error is `{"errors": [{"message", "field"?}]}`."""

import logging
import time
from collections.abc import AsyncIterator

import httpx
import pytest

JSON = {"Content-Type": "application/json"}


def messages(response: httpx.Response) -> list[str]:
    """The messages of an error response, which has nothing but the envelope."""
    assert list(response.json()) == ["errors"]
    assert all(set(item) <= {"message", "field"} for item in response.json()["errors"])
    return [item["message"] for item in response.json()["errors"]]


STATUSES = {
    "InvalidRequest": 400,
    "NotAuthenticated": 401,
    "NotFound": 404,
    "AccountChanged": 409,
    "TooManyRequests": 429,
    "Unavailable": 503,
}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
async def test_application_error_keeps_status_and_message(client: httpx.AsyncClient, kind: str, status: int) -> None:
    response = await client.get(f"/raise/{kind}")
    assert (response.status_code, messages(response)) == (status, ["A message."])
    assert ("Retry-After" in response.headers) == (status in (429, 503))


@pytest.mark.parametrize("path", ["/nowhere", "/nowhere/", "/%zz", "/%ff", "/%00", "/items/1//"])
async def test_unknown_route_is_404(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, messages(response)) == (404, ["There is no such route."])


async def test_trailing_slash_is_the_same_route(client: httpx.AsyncClient) -> None:
    assert (await client.get("/items/1/")).json() == {"id": 1}
    created = await client.post("/items/", json={"title": "a"})
    assert (created.status_code, created.history) == (201, [])


@pytest.mark.parametrize("path", ["/items/1", "/items/1/", "/items/none", "/nowhere", "/docs", "/healthz/live"])
async def test_head_is_like_get(client: httpx.AsyncClient, path: str) -> None:
    sent = {"X-Request-ID": "one-for-both"}
    get, head = await client.get(path, headers=sent), await client.head(path, headers=sent)
    assert (head.status_code, dict(head.headers)) == (get.status_code, dict(get.headers))


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "BREW"])
async def test_unsupported_method_is_405_with_allow(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/items/1")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, PUT")
    assert messages(response)


async def test_head_of_a_post_route_is_405(client: httpx.AsyncClient) -> None:
    response = await client.head("/items")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


INVALID_BODIES = [
    *(b"{", b"", b"null", b"[]", b'"text"', b"7", b"{}"),
    *(b"\xff\xfe{}", b'{"title": "\xff"}', b'{"title": "\\ud800"}'),
    *(b"[" * 60_000, b'{"title":' * 7_000),
    *(b'{"title": "a", "unitPrice": %s}' % number for number in (b"NaN", b"1e400", b"9" * 5_000)),
    *(b'{"title": 5}', b'{"title": null}'),
]


@pytest.mark.parametrize("body", INVALID_BODIES, ids=lambda body: repr(body[:24]))
async def test_invalid_body_is_400(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/items", content=body, headers=JSON)
    assert response.status_code == 400
    assert messages(response)


async def test_form_instead_of_json_is_400(client: httpx.AsyncClient) -> None:
    response = await client.post("/items", data={"title": "a"})
    assert response.status_code == 400
    assert "application/json" in messages(response)[0]


async def test_all_invalid_fields_are_named_at_once(client: httpx.AsyncClient) -> None:
    response = await client.post("/items", json={"unitPrice": "much"})
    assert [item["field"] for item in response.json()["errors"]] == ["title", "unitPrice"]
    assert messages(response)[0] == "title is required."
    assert messages(response)[1].startswith("unitPrice must be a valid number")


async def test_unknown_fields_are_ignored(client: httpx.AsyncClient) -> None:
    response = await client.post("/items", json={"title": "a", "unitPrice": 1, "colour": "red"})
    assert (response.status_code, response.json()) == (201, {"title": "a", "unitPrice": 1.0})


async def test_oversized_body_is_413(client: httpx.AsyncClient) -> None:
    response = await client.post("/items", content=b"x" * 10_000_000, headers=JSON)
    assert response.status_code == 413
    assert "at most 65536 bytes" in messages(response)[0]


async def test_declared_length_is_refused_before_anything_is_read(client: httpx.AsyncClient) -> None:
    async def unread() -> AsyncIterator[bytes]:
        yield pytest.fail("the body was read")

    response = await client.post("/items", content=unread(), headers={**JSON, "Content-Length": "65537"})
    assert response.status_code == 413


async def test_oversized_body_without_length_is_413(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 65_536
            yield b"x" * 65_536

    response = await client.post("/items", content=endless(), headers=JSON)
    assert (response.status_code, len(messages(response))) == (413, 1)
    assert sent < 200_000


@pytest.mark.parametrize(("depth", "status"), [(100, 201), (101, 400)])
async def test_nesting_is_bounded(client: httpx.AsyncClient, depth: int, status: int) -> None:
    inner = b"[" * (depth - 1) + b"]" * (depth - 1)
    response = await client.post("/items", content=b'{"title": "a", "x": %s}' % inner, headers=JSON)
    assert response.status_code == status


@pytest.mark.parametrize("text", ["[" * 200, '"' + "[" * 200, "\\" + "{" * 200])
async def test_brackets_in_texts_are_not_nesting(client: httpx.AsyncClient, text: str) -> None:
    assert (await client.post("/items", json={"title": text, "x": [[]] * 200})).status_code == 201


async def test_unterminated_text_costs_no_time(client: httpx.AsyncClient) -> None:
    started = time.thread_time()
    response = await client.post("/items", content=b"[]" * 101 + b'"' + b'\\"' * 10_000, headers=JSON)
    assert response.status_code == 400
    assert time.thread_time() - started < 1


async def test_unexpected_error_is_logged_and_not_revealed(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = await client.get("/break")
    assert response.status_code == 500
    assert messages(response) == ["Something went wrong on our side. Try again in a moment."]
    [record] = [record for record in caplog.records if record.name == "ticketing_common.web.middleware"]
    assert "RuntimeError" in str(record.msg)


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/items/1"), ("POST", "/nowhere")])
async def test_refusal_waits_for_the_body_so_that_a_proxy_delivers_it(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    sent = []

    async def body() -> AsyncIterator[bytes]:
        for piece in (b'{"title"', b': "a"}'):
            sent.append(piece)
            yield piece

    response = await client.request(method, path, content=body(), headers=JSON)
    assert (response.status_code, len(sent)) == (405 if method == "DELETE" else 404, 2)
