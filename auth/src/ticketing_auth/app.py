"""create_app(): what auth is made of."""

from fastapi import FastAPI

from ticketing_auth.passwords import Passwords
from ticketing_auth.routes import router
from ticketing_auth.settings import Settings
from ticketing_auth.store import INDEXES, UserStore
from ticketing_common.mongo import Database
from ticketing_common.web import build_app


def create_app(settings: Settings) -> FastAPI:
    """The auth service: accounts and sessions. It says and hears no events."""
    database = Database(settings.mongo_uri, default_name="auth", indexes=INDEXES)
    return build_app(
        service="auth",
        settings=settings,
        database=database,
        routers=[router],
        state={"users": UserStore(database), "passwords": Passwords(at_once=settings.password_threads)},
    )
