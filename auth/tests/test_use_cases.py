"""Sign-up and sign-in, with users in memory and a fake password hasher."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from limits import parse

from ticketing_auth import use_cases
from ticketing_auth.domain import EmailInUse, InvalidCredentials, User, email_key
from ticketing_auth.limits import AccountLimits
from ticketing_auth.password_policy import PasswordPolicy
from ticketing_auth.ports import AccountDeps, Verification
from ticketing_common.rate_limits import RateLimiter


class InMemoryUserStore:
    """Accounts by address."""

    def __init__(self, *users: User) -> None:
        self._users = {email_key(user.email): user for user in users}

    async def add(self, user: User) -> None:
        if email_key(user.email) in self._users:
            raise EmailInUse
        self._users[email_key(user.email)] = user

    async def find_by_email(self, email: str) -> User | None:
        return self._users.get(email_key(email))

    async def upgrade_hash(self, user: User, password_hash: str) -> None:
        if self._users[email_key(user.email)].password_hash == user.password_hash:
            self._users[email_key(user.email)] = replace(user, password_hash=password_hash)


class FakePasswordHasher:
    """Hashes by reversing, and records the hashes that it verifies; one that ends in "!" is outdated."""

    def __init__(self) -> None:
        self.verified: list[str | None] = []

    async def hash(self, password: str, *, address: str) -> str:
        return password[::-1]

    async def verify(self, password: str, password_hash: str | None, *, address: str) -> Verification:
        self.verified.append(password_hash)
        current = password[::-1]
        return Verification(
            matches=password_hash in (current, f"{current}!"),
            upgraded_hash=current if password_hash == f"{current}!" else None,
        )


def deps_with(store: InMemoryUserStore, hasher: FakePasswordHasher | None = None) -> AccountDeps:
    rate = parse("1000/minute")
    limits = AccountLimits(RateLimiter(), rate, rate, rate)
    return AccountDeps(store, hasher or FakePasswordHasher(), PasswordPolicy(), limits)


SOMEONE = User(id="1", email="Someone@example.com", password_hash="terces", created_at=datetime.now(UTC))


async def test_right_password_signs_in_whatever_the_case() -> None:
    deps = deps_with(InMemoryUserStore(SOMEONE))
    assert await use_cases.sign_in(deps, email="SOMEONE@example.com", password="secret", address="") is SOMEONE


@pytest.mark.parametrize(
    ("email", "verified"),
    [("someone@example.com", ["terces"]), ("unknown@example.com", [None])],
    ids=["wrong", "unknown"],
)
async def test_hash_is_verified_even_for_an_unknown_address(email: str, verified: list[str | None]) -> None:
    passwords = FakePasswordHasher()
    with pytest.raises(InvalidCredentials):
        await use_cases.sign_in(
            deps_with(InMemoryUserStore(SOMEONE), passwords), email=email, password="wrong", address=""
        )
    assert passwords.verified == verified


async def test_outdated_hash_is_replaced_at_sign_in() -> None:
    store = InMemoryUserStore(replace(SOMEONE, password_hash="terces!"))
    await use_cases.sign_in(deps_with(store), email=SOMEONE.email, password="secret", address="")
    assert await store.find_by_email(SOMEONE.email) == SOMEONE


async def test_new_account_stores_address_as_typed_and_hash() -> None:
    users, now = InMemoryUserStore(), datetime.now(UTC)
    deps = deps_with(users)
    user = await use_cases.sign_up(deps, user_id="2", email="Ann@b.cd", password="drow", address="", now=now)
    assert user == User(id="2", email="Ann@b.cd", password_hash="word", created_at=now)
    assert await users.find_by_email("ann@B.CD") == user


async def test_address_in_use_is_refused() -> None:
    with pytest.raises(EmailInUse):
        await use_cases.sign_up(
            deps_with(InMemoryUserStore(SOMEONE)),
            user_id="2",
            email="SOMEONE@EXAMPLE.COM",
            password="open sesame",
            address="",
            now=datetime.now(UTC),
        )


@pytest.mark.parametrize(
    "spelling", ["José@example.com", "JOSÉ@EXAMPLE.COM", "Jose\u0301@example.com", " josé@example.com\n"]
)
def test_spellings_of_one_address_share_a_key(spelling: str) -> None:
    assert email_key(spelling) == "josé@example.com"
