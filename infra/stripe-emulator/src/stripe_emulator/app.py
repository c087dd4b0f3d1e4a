"""The emulator as an ASGI application."""

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
from stripe_emulator.background import run_background_tasks
from stripe_emulator.control import control_routes
from stripe_emulator.database import Database
from stripe_emulator.http.access_log import AccessLog
from stripe_emulator.http.errors import InvalidRequest, ServerError
from stripe_emulator.routes import api_routes, page_routes
from stripe_emulator.settings import Settings
from stripe_emulator.webhooks.dispatcher import Dispatcher

ANY_ORIGIN = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])


def create_app(settings: Settings) -> Starlette:
    """The whole emulator on the state that it finds.

    Raises:
        StateInUse: another emulator works on it.
    """
    database = Database(settings.state_dir / "stripe.sqlite3")
    account = Account(database, has_webhook=settings.webhook_url is not None)
    dispatcher = _dispatcher(account, settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(run_background_tasks(account, dispatcher))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if dispatcher is not None:
            await dispatcher.close()
        database.close()

    page = page_routes(account)
    return Starlette(
        routes=[
            Route("/healthz/live", live),
            *api_routes(account),
            *page,
            Mount(PAGE_PREFIX, routes=page),
            Mount("/emulator", routes=control_routes(account, dispatcher)),
        ],
        middleware=[Middleware(AccessLog), ANY_ORIGIN],
        exception_handlers={HTTPException: unknown_route, Exception: server_error},
        lifespan=lifespan,
    )


def _dispatcher(account: Account, settings: Settings) -> Dispatcher | None:
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    return Dispatcher(account, url=settings.webhook_url, secret=settings.webhook_secret)


async def live(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def unknown_route(request: Request, _: Exception) -> Response:
    """Stripe's response to a URL that it does not have."""
    error = InvalidRequest(
        f"Unrecognized request URL ({request.method}: {request.url.path[:200]}). "
        "The emulator's README lists the supported routes."
    )
    return JSONResponse(error.body, 404)


async def server_error(_: Request, __: Exception) -> Response:
    """A bug in the emulator: the server logs the traceback."""
    return JSONResponse(ServerError().body, 500)
