"""Sign up and sign in."""

from datetime import datetime
from typing import Protocol

from ticketing_auth.domain import InvalidCredentials, User


class Users(Protocol):
    """Where users are kept."""

    async def add(self, user: User) -> None:
        """Store a new user; EmailInUse when the address is taken."""

    async def find_by_email(self, email: str) -> User | None:
        """The user with this address, compared without case."""


class PasswordHashing(Protocol):
    """How passwords are kept."""

    async def hash(self, password: str) -> str:
        """The hash to store."""

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether they belong together; for None False, after the same time."""


async def sign_up(
    users: Users, passwords: PasswordHashing, *, user_id: str, email: str, password: str, now: datetime
) -> User:
    """Open an account; EmailInUse when the address has one, also when eight ask at the same moment."""
    user = User(id=user_id, email=email, password_hash=await passwords.hash(password), created_at=now)
    await users.add(user)
    return user


async def sign_in(users: Users, passwords: PasswordHashing, *, email: str, password: str) -> User:
    """The user with this address and password, or InvalidCredentials."""
    user = await users.find_by_email(email)
    matches = await passwords.verify(password, user.password_hash if user else None)
    if user is None or not matches:
        raise InvalidCredentials
    return user
