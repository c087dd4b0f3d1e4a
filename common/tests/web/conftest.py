"""An application with a route for each behaviour that all services share."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from pymongo import IndexModel

from ticketing_common import errors
from ticketing_common.settings import SessionSettings
from ticketing_common.web import CamelModel, UserId, build_app, clear_session, find_user, set_session
from ticketing_common.web.openapi import ERROR_RESPONSES
from ticketing_common.web.sessions import PageUser
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.mongo import database_at

router = APIRouter(responses=ERROR_RESPONSES)


class Item(CamelModel):
    """A body."""

    title: str
    unit_price: float = 0


class Broker:
    """A dependency that is down."""

    def status(self) -> str:
        return "down"


@router.post("/items", status_code=201)
async def create(item: Item) -> Item:
    item.title.encode()  # as every store does
    return item


@router.get("/items/{item_id}")
async def read(item_id: int) -> dict[str, int]:
    return {"id": item_id}


@router.put("/items/{item_id}")
async def change(item_id: int, item: Item) -> Item:
    return item


@router.get("/raise/{kind}")
async def fail(kind: str) -> None:
    raise getattr(errors, kind)("A message.")


@router.get("/break")
async def crash() -> None:
    raise RuntimeError("the password is pa55word")


@router.get("/guarded")
async def guarded(request: Request) -> dict[str, bool]:
    request.app.state.database.require_ready()
    return {"ok": True}


@router.get("/me")
async def me(user_id: UserId) -> dict[str, str]:
    return {"id": user_id}


@router.get("/others")
async def others(_: UserId) -> None:
    raise errors.Forbidden


@router.get("/maybe")
async def maybe(request: Request, page_user: PageUser = None) -> dict[str, str | None]:
    user = find_user(request, page_user)
    return {"id": user.id if user else None}


@router.post("/sign-in")
async def sign_in(request: Request) -> None:
    set_session(request, "a.b.c")


@router.post("/sign-out")
async def sign_out(request: Request) -> None:
    clear_session(request)


@router.get("/cached")
async def cached(response: Response) -> None:
    response.headers["Cache-Control"] = "max-age=5"


@router.post("/webhook")
async def webhook() -> None: ...


def _make_app(mongo_uri: str, **overrides: Any) -> FastAPI:
    settings = SessionSettings(mongo_uri=mongo_uri, nats_url="nats://127.0.0.1:1", jwt_secret=JWT_SECRET, **overrides)
    database = database_at(
        settings.mongo_uri, default_name="test", indexes={"items": [IndexModel("label", name="label")]}
    )
    return build_app(
        service="test",
        settings=settings,
        database=database,
        routers=[router],
        dependencies={"nats": Broker()},
        webhooks=frozenset({"/webhook"}),
    )


@pytest.fixture
def make_app() -> Callable[..., FastAPI]:
    """Builds the application for a database, not running. Other arguments are settings."""
    return _make_app


@pytest.fixture
def app(mongo_uri: str) -> FastAPI:
    """The application, not running."""
    return _make_app(mongo_uri)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running application."""
    async with served(app) as client:
        yield client
