"""What the use cases depend on: stores of users and of revoked sessions, and a password hasher."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ticketing_auth.domain import User
from ticketing_auth.emails import EmailAddress
from ticketing_auth.limits import AccountLimits
from ticketing_auth.password_policy import PasswordPolicy
from ticketing_common.events import SessionRevoked


class UserStore(Protocol):
    """Where users are stored."""

    async def add(self, user: User) -> None:
        """Store a new user; EmailInUse when the address is taken."""

    async def find(self, user_id: str) -> User | None:
        """The user with this id, unless the account was deleted."""

    async def find_by_email(self, email: EmailAddress) -> User | None:
        """The user with this address, however an earlier release stored it."""

    async def find_international(self, *, after: str, limit: int) -> list[User]:
        """Users whose `email_key` is not that of a plain ASCII address, in its order, after this key."""

    async def upgrade_email(self, user: User, email: EmailAddress) -> None:
        """Store this form and key of the user's address, unless another account has it."""

    async def save_password(self, user: User, *, expected: User, event: SessionRevoked) -> bool:
        """Store the new hash and generation, and the event, if the stored hash is still the expected user's."""

    async def erase(self, user: User, *, expected: User, event: SessionRevoked, now: datetime) -> bool:
        """Keep only the id and the generation, and store the event, if the stored hash is still the expected user's."""

    async def upgrade_hash(self, user: User, password_hash: str) -> None:
        """Replace the hash, of the same password, unless it has changed since `user` was read."""


class RevocationStore(Protocol):
    """Where the sessions are stored that were ended by signing out, until they would have expired."""

    async def add(self, event: SessionRevoked) -> None:
        """Store it, once for each session."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a password matches a hash, and a hash to replace an outdated one by."""

    matches: bool
    upgraded_hash: str | None = None


class PasswordHasher(Protocol):
    """How passwords are hashed. Addresses take turns; Unavailable when too many wait."""

    async def hash(self, password: str, *, address: str) -> str:
        """A salted hash of a new password."""

    async def verify(self, password: str, password_hash: str | None, *, address: str) -> Verification:
        """Compare with a hash; with None (no such user) it never matches, after the same time."""


@dataclass(frozen=True, slots=True)
class AccountDeps:
    """The dependencies of the use cases."""

    store: UserStore
    hasher: PasswordHasher
    policy: PasswordPolicy
    limits: AccountLimits
