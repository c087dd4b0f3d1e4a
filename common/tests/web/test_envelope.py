"""Every error is `{"errors": [{"message", "field"?}]}`, whatever went wrong and wherever."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest

JSON = {"Content-Type": "application/json"}


def messages(answer: httpx.Response) -> list[str]:
    """The messages of an answer that is in the envelope and in nothing else."""
    assert list(answer.json()) == ["errors"]
    assert all(set(item) <= {"message", "field"} for item in answer.json()["errors"])
    return [item["message"] for item in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("InvalidRequest", 400),
        ("InvalidState", 400),
        ("NotAuthenticated", 401),
        ("Forbidden", 401),
        ("PaymentDeclined", 402),
        ("NotFound", 404),
        ("PayloadTooLarge", 413),
        ("Unavailable", 503),
    ],
)
async def test_each_error_has_its_status_and_words(client: httpx.AsyncClient, kind: str, status: int) -> None:
    answer = await client.get(f"/raise/{kind}")
    assert (answer.status_code, messages(answer)) == (status, ["In these words."])
    assert ("Retry-After" in answer.headers) == (status == 503)


async def test_an_unknown_route_is_404(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere")
    assert answer.status_code == 404
    assert messages(answer) == ["There is no such route. See /docs for those there are."]


async def test_a_trailing_slash_is_another_path_and_no_redirect(client: httpx.AsyncClient) -> None:
    assert (await client.post("/things/", json={"title": "a"})).status_code == 404


@pytest.mark.parametrize("method", ["DELETE", "HEAD", "OPTIONS", "BREW"])
async def test_a_wrong_method_is_405_and_names_the_right_ones(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/things/1")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PUT")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe{}",
        b'{"title": "\xff"}',
        b"[" * 100_000,
        b'{"title":' * 50_000,
        b'{"title": "\\ud800"}',
        b'{"title": "a", "unitPrice": NaN}',
        b'{"title": "a", "unitPrice": 1e400}',
        b'{"title": "a", "unitPrice": ' + b"9" * 5_000 + b"}",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b'{"title": 5}',
        b'{"title": null}',
        b"{}",
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_a_body_that_makes_no_sense_is_400(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/things", content=body, headers=JSON)
    assert answer.status_code == 400
    assert messages(answer)


async def test_a_body_that_is_no_json_by_its_type_is_400(client: httpx.AsyncClient) -> None:
    answer = await client.post("/things", data={"title": "a"})
    assert answer.status_code == 400
    assert "application/json" in messages(answer)[0]


async def test_each_wrong_field_is_named_as_its_sender_knows_it(client: httpx.AsyncClient) -> None:
    answer = await client.post("/things", json={"unitPrice": "much"})
    assert [item["field"] for item in answer.json()["errors"]] == ["title", "unitPrice"]
    assert messages(answer)[0] == "title is required."
    assert messages(answer)[1].startswith("unitPrice must be a valid number")


async def test_unknown_fields_are_ignored(client: httpx.AsyncClient) -> None:
    answer = await client.post("/things", json={"title": "a", "unitPrice": 1, "colour": "red"})
    assert (answer.status_code, answer.json()) == (201, {"title": "a", "unitPrice": 1.0})


async def test_a_body_of_ten_megabytes_is_413(client: httpx.AsyncClient) -> None:
    answer = await client.post("/things", content=b"x" * 10_000_000, headers=JSON)
    assert answer.status_code == 413
    assert "at most 2097152 bytes" in messages(answer)[0]


async def test_a_body_of_ten_megabytes_that_hides_its_length_is_413(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 65_536
            yield b"x" * 65_536

    answer = await client.post("/things", content=endless(), headers=JSON)
    assert (answer.status_code, len(messages(answer))) == (413, 1)
    assert sent < 3_000_000


async def test_a_route_that_falls_over_tells_nothing_and_is_logged(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/break")
    assert (answer.status_code, messages(answer)) == (
        500,
        ["Something went wrong on our side. Try again in a moment."],
    )
    [record] = [record for record in caplog.records if record.name == "ticketing_common.web.middleware"]
    assert "RuntimeError" in str(record.msg)
