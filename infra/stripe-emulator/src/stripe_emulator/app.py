"""The emulator as an ASGI application: its table of contents."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from stripe_emulator import PAGE_PREFIX
from stripe_emulator.account import Account
from stripe_emulator.background import keep_running
from stripe_emulator.control import Control
from stripe_emulator.page.script import page_routes
from stripe_emulator.routes import api_routes
from stripe_emulator.settings import Settings
from stripe_emulator.storage.database import Database
from stripe_emulator.webhooks.courier import Courier
from stripe_emulator.wire.access_log import AccessLog
from stripe_emulator.wire.failures import InvalidRequest, ServerFailure

PAGES_MAY_ASK = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])


def create_app(settings: Settings) -> Starlette:
    """The whole emulator on the state it finds.

    Raises:
        StateInUse: another emulator works on it.
    """
    database = Database(settings.state_dir / "stripe.sqlite3")
    account = Account(database, has_webhook=settings.webhook_url is not None)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with _background(account, settings):
            yield
        database.close()

    public = [*page_routes(), *api_routes(account)]
    return Starlette(
        routes=[
            Route("/healthz/live", alive),
            *public,
            Mount(PAGE_PREFIX, routes=public),
            *Control(account).routes(),
        ],
        middleware=[Middleware(AccessLog), PAGES_MAY_ASK],
        exception_handlers={HTTPException: unknown_route, Exception: defect},
        lifespan=lifespan,
    )


async def alive(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def unknown_route(request: Request, _: Exception) -> Response:
    """Stripe's answer to a URL that it does not have."""
    failure = InvalidRequest(
        f"Unrecognized request URL ({request.method}: {request.url.path[:200]}). "
        "The routes that the emulator has are in its README."
    )
    return JSONResponse(failure.body, 404)


async def defect(_: Request, __: Exception) -> Response:
    """A defect of the emulator: the server logs the traceback."""
    return JSONResponse(ServerFailure().body, 500)


@asynccontextmanager
async def _background(account: Account, settings: Settings) -> AsyncIterator[None]:
    courier = None
    if settings.webhook_url is not None:
        courier = Courier(account, url=settings.webhook_url, secret=settings.webhook_secret or "")
    task = asyncio.create_task(keep_running(account, courier))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if courier is not None:
            await courier.close()
