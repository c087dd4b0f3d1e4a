"""What the use cases depend on: a store of users and a password hasher."""

from dataclasses import dataclass
from typing import Protocol

from ticketing_auth.domain import User
from ticketing_auth.password_policy import PasswordPolicy


class UserStore(Protocol):
    """Where users are stored."""

    async def add(self, user: User) -> None:
        """Store a new user; EmailInUse when the address is taken."""

    async def find_by_email(self, email: str) -> User | None:
        """The user with this address, compared without case."""


class PasswordHasher(Protocol):
    """How passwords are hashed."""

    async def hash(self, password: str) -> str:
        """A salted hash of a new password."""

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password matches; for None (no such user) False, after the same time."""


@dataclass(frozen=True, slots=True)
class AccountDeps:
    """The dependencies of the use cases."""

    store: UserStore
    hasher: PasswordHasher
    policy: PasswordPolicy
