"""What the routes ask for, by type."""

from typing import Annotated

from fastapi import Depends, Request

from ticketing_auth.passwords import Passwords
from ticketing_auth.use_cases import Users


async def _users(request: Request) -> Users:
    request.app.state.database.require_ready()
    users: Users = request.app.state.users
    return users


async def _passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords


UsersDep = Annotated[Users, Depends(_users)]
PasswordsDep = Annotated[Passwords, Depends(_passwords)]
