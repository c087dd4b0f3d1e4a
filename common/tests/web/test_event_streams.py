"""A stream lasts until its client, its session or its process goes, and is no request that lasts for hours."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import REGISTRY

from ticketing_common.events import SessionRevoked
from ticketing_common.feed import Change, Feed, Message
from ticketing_common.http_protocol import BoundedHttpProtocol
from ticketing_common.messaging import Broker
from ticketing_common.revocations import Revocations
from ticketing_common.settings import StreamingSettings
from ticketing_common.web import SessionDep, Sessions, build_app
from ticketing_common.web.event_stream import EventStream, EventStreams, StreamsDep
from ticketing_test_support.apps import served
from ticketing_test_support.event_streams import Followed, followed
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.mongo import database_at
from ticketing_test_support.servers import Server
from ticketing_test_support.sessions import cookie_for
from ticketing_test_support.spans import RecordedSpans
from ticketing_test_support.waiting import eventually

router = APIRouter()
START = 1_900_000_000
USER = "6" * 24
SIGNED_IN = cookie_for(USER)


@router.get("/stream", response_class=EventStream)
async def follow(streams: StreamsDep, request: Request) -> Response:
    return streams.open(request)


@router.get("/own", response_class=EventStream)
async def follow_own(session: SessionDep, streams: StreamsDep, request: Request) -> Response:
    sessions: Sessions = request.app.state.sessions
    return streams.open(request, audience=session.id, is_valid=lambda: sessions.is_current(session))


async def show(messages: list[Message]) -> list[Change | None]:
    """Messages whose text is a user's id are for that user."""
    texts = [message.data.decode() for message in messages]
    return [Change("said", text, text if len(text) == len(USER) else None) for text in texts]


def make_app(mongo_uri: str, nats_url: str, *, beat: float = 100, **overrides: Any) -> FastAPI:
    settings = StreamingSettings(mongo_uri=mongo_uri, nats_url=nats_url, jwt_secret=JWT_SECRET, **overrides)
    broker = Broker(nats_url, client_name="test")
    feed: Any = show
    streams = EventStreams(Feed(broker, ["ticket.>"], feed, interval=0), settings, tick=0.01, beat=beat, max_outage=0.1)
    return build_app(
        service="test",
        settings=settings,
        database=database_at(mongo_uri, default_name="test", indexes={}),
        broker=broker,
        routers=[router],
        tasks=streams.tasks,
        state={"streams": streams},
    )


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[FastAPI]:
    """The application, once its streams can be followed."""
    async with served(app):
        await eventually(lambda: is_live(app), within=20)
        yield app


async def is_live(app: FastAPI) -> bool:
    async with followed(app, "/stream") as response:
        return response.status == 200


@pytest.fixture
async def app(mongo_uri: str, nats_url: str) -> AsyncIterator[FastAPI]:
    async with running(make_app(mongo_uri, nats_url)) as app:
        yield app


async def say(app: FastAPI, text: str) -> None:
    await app.state.broker.jetstream.publish("ticket.updated", text.encode())


async def got(response: Followed, text: str) -> None:
    await eventually(lambda: [event.data for event in response.events] == [text])


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_stream_begins_with_what_a_client_needs(app: FastAPI) -> None:
    async with followed(app, "/stream") as response:
        assert response.status == 200
        headers = {"content-type", "cache-control", "x-accel-buffering"}
        assert {name: value for name, value in response.headers.items() if name in headers} == {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-store",
            "x-accel-buffering": "no",
        }
        assert "content-length" not in response.headers
        assert response.body.startswith(b"retry: 2000\n\nid: ")
        await say(app, "hello")
        await got(response, "hello")


async def test_client_goes_on_from_its_last_event(app: FastAPI) -> None:
    async with followed(app, "/stream") as response, followed(app, "/stream") as witness:
        first = response.last_id
        await say(app, "hello")
        await got(witness, "hello")
    async with followed(app, "/stream", headers={"Last-Event-ID": first}) as again:
        await got(again, "hello")
        assert again.last_id == witness.last_id
    async with followed(app, "/stream", headers={"Last-Event-ID": "nonsense"}) as reset:
        await eventually(lambda: reset.names == ["reset"])


async def test_heartbeats_are_comments(mongo_uri: str, nats_url: str) -> None:
    async with running(make_app(mongo_uri, nats_url, beat=0.01)) as app, followed(app, "/stream") as response:
        await eventually(lambda: b"\n:\n" in response.body)
        assert response.events == []


async def test_streams_end_when_the_process_drains(app: FastAPI) -> None:
    async with followed(app, "/stream") as response:
        app.state.streams.drain()
        await eventually(lambda: response.ended)
        assert b"\n\nretry: " in response.body  # at different moments
    async with followed(app, "/stream") as refused:
        assert (refused.status, refused.headers["retry-after"]) == (503, "15")


async def test_stream_ends_with_its_session(app: FastAPI) -> None:
    async with (
        followed(app, "/own", headers=SIGNED_IN) as response,
        followed(app, "/own", headers=cookie_for()) as other,
    ):
        await say(app, USER)
        await got(response, USER)
        revoked = SessionRevoked(user_id=USER, generation=1, expires_at=datetime.now(UTC) + timedelta(days=1))
        app.state.sessions.revocations.apply(revoked)
        await say(app, USER)
        await eventually(lambda: response.ended)
        assert len(response.events) == 1
        assert (other.ended, other.events) == (False, [])
    async with followed(app, "/own") as anonymous:
        assert anonymous.status == 401


def test_session_is_current_until_its_token_expires() -> None:
    now = START
    sessions = Sessions(JWT_SECRET, Revocations(), now=lambda: now)
    token = sessions.start(user_id=USER, email="a@example.com", generation=0)
    [user] = sessions.find_valid({"headers": [(b"cookie", f"session={token}".encode())]})
    assert sessions.is_current(user)
    now = user.expires_at
    assert not sessions.is_current(user)


async def test_streams_are_limited(mongo_uri: str, nats_url: str) -> None:
    limits: dict[str, Any] = {"max_event_streams": 3, "event_streams_per_address": 2, "rate_limits": "on"}
    async with running(make_app(mongo_uri, nats_url, **limits)) as app:
        async with followed(app, "/stream"), followed(app, "/stream"):
            async with followed(app, "/stream") as third:
                assert (third.status, third.headers["retry-after"]) == (429, "15")
            elsewhere = followed(app, "/stream", address="5.6.7.8")
            async with elsewhere, followed(app, "/stream", address="9.9.9.9") as fourth:
                assert (fourth.status, fourth.headers["retry-after"]) == (503, "15")
        async with followed(app, "/stream") as later:
            assert later.status == 200


async def test_streams_end_when_the_broker_stays_away(mongo_uri: str, own_nats: Server) -> None:
    async with running(make_app(mongo_uri, own_nats.url)) as app:
        async with followed(app, "/stream") as response:
            own_nats.kill()
            await eventually(lambda: response.ended, within=20)
        async with followed(app, "/stream") as refused:
            assert refused.status == 503
        own_nats.start()
        await eventually(lambda: is_live(app), within=20)


async def test_without_a_broker_there_are_no_streams(mongo_uri: str) -> None:
    app = make_app(mongo_uri, "nats://127.0.0.1:1")
    async with served(app), followed(app, "/stream") as response:
        assert response.status == 503


async def test_stream_is_recorded_when_it_begins(app: FastAPI, recorded_spans: RecordedSpans) -> None:
    labels = {"http_request_method": "GET", "http_route": "/stream", "http_response_status_code": "200"}
    count = "http_server_request_duration_seconds_count"
    before, ended = metric(count, **labels), metric("event_streams_ended_total", reason="client")
    async with followed(app, "/stream"):
        assert metric(count, **labels) == before + 1
        assert [span.name for span in recorded_spans.all()] == ["GET /stream"]
        assert metric("http_server_active_requests") == 0
        assert metric("event_streams_open") == 1
    assert metric(count, **labels) == before + 1
    assert metric("event_streams_open") == 0
    assert metric("event_streams_ended_total", reason="client") == ended + 1


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[int]:
    """The port of a server with the application, once its streams can be followed."""
    server = uvicorn.Server(uvicorn.Config(app, http=BoundedHttpProtocol, port=0, log_config=None))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: is_live(app), within=20)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def test_client_that_does_not_read_is_cut_off(mongo_uri: str, nats_url: str) -> None:
    app = make_app(mongo_uri, nats_url)
    async with listening(app) as port, followed(app, "/stream") as other:
        with socket.create_connection(("127.0.0.1", port)) as idle:
            idle.sendall(b"GET /stream HTTP/1.1\r\nHost: test\r\n\r\n")
            dropped = metric("event_streams_ended_total", reason="slow")

            async def is_dropped() -> bool:
                await say(app, "x" * 500_000)  # more than a client may leave unread
                return metric("event_streams_ended_total", reason="slow") > dropped

            await eventually(is_dropped, within=60)
            assert not rest_of(idle).endswith(b"0\r\n\r\n")  # the end of a complete response
        assert not other.ended


def rest_of(connection: socket.socket) -> bytes:
    """What had been sent before the server closed it."""
    connection.settimeout(20)
    received = b""
    while data := connection.recv(1 << 20):
        received = data[-10:]
    return received


async def test_head_has_no_stream(app: FastAPI) -> None:
    async with followed(app, "/stream", method="HEAD") as response:
        assert (response.status, response.body, response.ended) == (200, b"", True)
        assert metric("event_streams_open") == 0
