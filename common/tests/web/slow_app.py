"""A service with a slow route, run by uvicorn in its own process."""

import asyncio

from fastapi import APIRouter, Request

from ticketing_common.mongo import Database
from ticketing_common.settings import SessionSettings, load
from ticketing_common.web import build_app

router = APIRouter()


@router.get("/slow")
async def slow(request: Request) -> dict[str, bool]:
    """Takes 2.5 seconds."""
    request.app.state.started = True
    await asyncio.sleep(2.5)
    return {"finished": True}


@router.get("/started")
async def started(request: Request) -> bool:
    return bool(request.app.state.started)


@router.get("/hang")
async def hang(request: Request) -> None:
    """Never responds."""
    request.app.state.started = True
    await asyncio.Event().wait()


settings = load(SessionSettings)
app = build_app(
    service="slow",
    settings=settings,
    database=Database(settings.mongo_uri, default_name="test", indexes={}),
    routers=[router],
    state={"started": False},
)
