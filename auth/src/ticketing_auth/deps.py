"""What the routes ask for, by type."""

from typing import Annotated

from fastapi import Depends, Request

from ticketing_auth.passwords import Passwords
from ticketing_auth.use_cases import Users
from ticketing_common.mongo import new_id


async def _users(request: Request) -> Users:
    request.app.state.database.require_ready()
    users: Users = request.app.state.users
    return users


async def _passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords


async def _new_id() -> str:
    return new_id()


UsersDep = Annotated[Users, Depends(_users)]
PasswordsDep = Annotated[Passwords, Depends(_passwords)]
NewId = Annotated[str, Depends(_new_id)]
