"""Sign-up and sign-in, with users in memory and a fake password hasher."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ticketing_auth import use_cases
from ticketing_auth.domain import EmailInUse, InvalidCredentials, User
from ticketing_auth.emails import EmailAddress, parse_email
from ticketing_common.events import SessionRevoked
from ticketing_test_support.accounts import FakeHasher, account_deps


class InMemoryUserStore:
    """Accounts by address."""

    def __init__(self, *users: User) -> None:
        self._users = {user.email_key: user for user in users}

    async def add(self, user: User) -> None:
        if user.email_key in self._users:
            raise EmailInUse
        self._users[user.email_key] = user

    async def find(self, user_id: str) -> User | None:
        return next((user for user in self._users.values() if user.id == user_id), None)

    async def save_password(self, user: User, *, expected: User, event: SessionRevoked) -> bool:
        raise NotImplementedError

    async def erase(self, user: User, *, expected: User, event: SessionRevoked, now: datetime) -> bool:
        raise NotImplementedError

    async def find_by_email(self, email: EmailAddress) -> User | None:
        return self._users.get(email.key)

    async def find_international(self, *, after: str, limit: int) -> list[User]:
        raise NotImplementedError

    async def upgrade_email(self, user: User, email: EmailAddress) -> None:
        raise NotImplementedError

    async def upgrade_hash(self, user: User, password_hash: str) -> None:
        if self._users[user.email_key].password_hash == user.password_hash:
            self._users[user.email_key] = replace(user, password_hash=password_hash)


EMAIL = parse_email("Someone@example.com")
SOMEONE = User(
    id="1", email=EMAIL.normalized, email_key=EMAIL.key, password_hash="terces", created_at=datetime.now(UTC)
)


async def test_right_password_signs_in_whatever_the_case() -> None:
    deps = account_deps(InMemoryUserStore(SOMEONE))
    assert (
        await use_cases.sign_in(deps, email=parse_email("SOMEONE@example.com"), password="secret", address="")
        is SOMEONE
    )


@pytest.mark.parametrize(
    ("email", "verified"),
    [("someone@example.com", ["terces"]), ("unknown@example.com", [None])],
    ids=["wrong", "unknown"],
)
async def test_hash_is_verified_even_for_an_unknown_address(email: str, verified: list[str | None]) -> None:
    passwords = FakeHasher()
    with pytest.raises(InvalidCredentials):
        await use_cases.sign_in(
            account_deps(InMemoryUserStore(SOMEONE), passwords), email=parse_email(email), password="wrong", address=""
        )
    assert passwords.verified == verified


async def test_outdated_hash_is_replaced_at_sign_in() -> None:
    store = InMemoryUserStore(replace(SOMEONE, password_hash="terces!"))
    await use_cases.sign_in(account_deps(store), email=EMAIL, password="secret", address="")
    assert await store.find_by_email(EMAIL) == SOMEONE


async def test_new_account_stores_normalized_address_and_hash() -> None:
    users, now = InMemoryUserStore(), datetime.now(UTC)
    deps = account_deps(users)
    user = await use_cases.sign_up(
        deps, user_id="2", email=parse_email("Ann@b.cd"), password="drow", address="", now=now
    )
    assert user == User(id="2", email="Ann@b.cd", email_key="ann@b.cd", password_hash="word", created_at=now)
    assert await users.find_by_email(parse_email("ann@B.CD")) == user


async def test_address_in_use_is_refused() -> None:
    with pytest.raises(EmailInUse):
        await use_cases.sign_up(
            account_deps(InMemoryUserStore(SOMEONE)),
            user_id="2",
            email=parse_email("SOMEONE@EXAMPLE.COM"),
            password="open sesame",
            address="",
            now=datetime.now(UTC),
        )
