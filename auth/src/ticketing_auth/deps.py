"""Dependencies of the routes, by type."""

from typing import Annotated

from fastapi import Depends, Request

from ticketing_auth.ports import PasswordHasher, UserStore


async def _store(request: Request) -> UserStore:
    request.app.state.database.require_ready()
    store: UserStore = request.app.state.store
    return store


async def _hasher(request: Request) -> PasswordHasher:
    hasher: PasswordHasher = request.app.state.hasher
    return hasher


StoreDep = Annotated[UserStore, Depends(_store)]
HasherDep = Annotated[PasswordHasher, Depends(_hasher)]
