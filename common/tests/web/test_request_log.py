"""Each request leaves one line, with an id that client and log share; refused ones are security events, too."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from nats.aio.client import Client
from nats.aio.msg import Msg

from ticketing_common.messaging.message_log import Delivery, MessageLog
from ticketing_common.observability import configure
from ticketing_common.observability.lines import OUTPUT
from ticketing_common.web.refusal_log import RefusalLog
from ticketing_common.web.request_id import request_id
from ticketing_common.web.request_log import RequestLog
from ticketing_test_support.apps import served
from ticketing_test_support.sessions import cookie_for

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
TRACE = "0af7651916cd43dd8448eb211c80319c"
USER = "66f0aa1234567890123456ab"

Lines = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """The lines of one event since the last call."""

    def read(event: str) -> list[dict[str, Any]]:
        OUTPUT.flush()
        found = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        return [line for line in found if line["event"] == event]

    return read


async def test_request_has_one_line(client: httpx.AsyncClient, lines: Lines) -> None:
    sent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "X-Request-ID": UUID}
    await client.get("/me?password=open-sesame", headers={**cookie_for(USER), **sent})
    [line] = lines("request")
    assert line.pop("timestamp").endswith("Z")
    assert 0 < line.pop("duration_ms") < 60_000
    assert line == {
        "level": "info",
        "service": "test",
        "event": "request",
        "method": "GET",
        "route": "/me",
        "status": 200,
        "user_id": USER,
        "trace_id": TRACE,
        "request_id": UUID,
    }


async def test_line_has_the_routes_template(client: httpx.AsyncClient, lines: Lines) -> None:
    for path in ("/items/5", "/nowhere/5"):
        await client.get(path)
    await client.request("MAKE-UP", "/items/5")
    assert [(line["method"], line["route"], line["status"]) for line in lines("request")] == [
        ("GET", "/items/{item_id}", 200),
        ("GET", "unmatched", 404),
        ("_OTHER", "/items/{item_id}", 405),
    ]


async def test_probes_are_not_logged(client: httpx.AsyncClient, lines: Lines) -> None:
    for path in ("/healthz/live", "/healthz/ready", "/metrics"):
        await client.get(path)
    assert lines("request") == []


async def test_console_has_the_same_line_as_text(
    make_app: Callable[..., FastAPI], mongo_uri: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(make_app(mongo_uri, log_format="console")) as client:
        await client.get("/items/5", headers={"X-Request-ID": UUID})
    written = capsys.readouterr().err
    configure(service="test")
    assert f"request_id={UUID}" in written
    assert '{"timestamp"' not in written


async def test_warning_level_has_no_request_lines(
    make_app: Callable[..., FastAPI], mongo_uri: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(make_app(mongo_uri, log_level="WARNING")) as client:
        await client.get("/items/5")
    configure(service="test")
    assert capsys.readouterr().err == ""


async def test_response_has_the_requests_id(client: httpx.AsyncClient, lines: Lines) -> None:
    first = await client.get("/items/5", headers={"X-Request-ID": UUID})
    second = await client.get("/raise/Forbidden")
    assert first.headers["X-Request-ID"] == UUID
    assert [line["request_id"] for line in lines("request")] == [UUID, second.headers["X-Request-ID"]]


@pytest.mark.parametrize("sent", [UUID, "0af7651916cd43dd8448eb211c80319c", "req_1.2:3"])
def test_safe_id_is_kept(sent: str) -> None:
    assert request_id(sent.encode()) == sent


@pytest.mark.parametrize(
    "sent", [None, b"", b'"}', b"two words", b"x" * 65, b"\xff", b"sk_test_51abc", b"4242424242424242"]
)
def test_other_ids_are_replaced(sent: bytes | None) -> None:
    assert len(request_id(sent)) == 32


async def test_refused_request_is_a_security_event(client: httpx.AsyncClient, lines: Lines) -> None:
    await client.get("/me")
    await client.get("/others", headers=cookie_for(USER))
    await client.post("/items", headers={"Origin": "https://evil.example"})
    refused = [(line["reason"], line["status"], line["user_id"]) for line in lines("request.refused")]
    assert refused == [("not_authenticated", 401, None), ("forbidden", 401, USER), ("cross_site", 403, None)]


async def test_flood_of_refused_requests_is_one_event(
    make_app: Callable[..., FastAPI], mongo_uri: str, lines: Lines
) -> None:
    async with served(make_app(mongo_uri, rate_limits="on", requests_per_address="2/minute")) as client:
        for _ in range(50):
            await client.get("/items/5")
        written = lines("request.refused")
    assert [(line["reason"], line["client_address"]) for line in written] == [("rate_limited", "127.0.0.1")]


async def test_flood_is_logged_again_a_minute_later(lines: Lines) -> None:
    times = iter((0.0, 0.0, 59.0, 61.0, 61.0))
    refusals = RefusalLog(clock=lambda: next(times))
    for _ in range(3):
        refusals.write(("GET", "/me", 429), address="203.0.113.7", user_id=None)
    assert len(lines("request.refused")) == 2


def test_line_below_the_level_is_not_even_rendered() -> None:
    def fail(*_: object) -> Any:
        raise AssertionError("rendered")

    configure(service="test", level="WARNING", log_format="json")
    structlog.configure(processors=[fail])
    try:
        RequestLog().write(("GET", "/me", 200), seconds=0.01, user_id=None, request_id=UUID)
        delivery = Delivery(Msg(Client(), reply="$JS.ACK.TICKETING.orders.1.1.1.1.0"))
        MessageLog("order.created", "orders").write(delivery, "handled", trace_id=TRACE)
    finally:
        configure(service="test", log_format="json")
