"""Sign-up and sign-in, with users in memory and a fake password hasher."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ticketing_auth import use_cases
from ticketing_auth.domain import EmailInUse, InvalidCredentials, User, email_key
from ticketing_common.events import SessionRevoked
from ticketing_test_support.accounts import FakeHasher, account_deps


class InMemoryUserStore:
    """Accounts by address."""

    def __init__(self, *users: User) -> None:
        self._users = {email_key(user.email): user for user in users}

    async def add(self, user: User) -> None:
        if email_key(user.email) in self._users:
            raise EmailInUse
        self._users[email_key(user.email)] = user

    async def find(self, user_id: str) -> User | None:
        return next((user for user in self._users.values() if user.id == user_id), None)

    async def save_password(self, user: User, *, expected: User, event: SessionRevoked) -> bool:
        raise NotImplementedError

    async def erase(self, user: User, *, expected: User, event: SessionRevoked, now: datetime) -> bool:
        raise NotImplementedError

    async def find_by_email(self, email: str) -> User | None:
        return self._users.get(email_key(email))

    async def upgrade_hash(self, user: User, password_hash: str) -> None:
        if self._users[email_key(user.email)].password_hash == user.password_hash:
            self._users[email_key(user.email)] = replace(user, password_hash=password_hash)


SOMEONE = User(id="1", email="Someone@example.com", password_hash="terces", created_at=datetime.now(UTC))


async def test_right_password_signs_in_whatever_the_case() -> None:
    deps = account_deps(InMemoryUserStore(SOMEONE))
    assert await use_cases.sign_in(deps, email="SOMEONE@example.com", password="secret", address="") is SOMEONE


@pytest.mark.parametrize(
    ("email", "verified"),
    [("someone@example.com", ["terces"]), ("unknown@example.com", [None])],
    ids=["wrong", "unknown"],
)
async def test_hash_is_verified_even_for_an_unknown_address(email: str, verified: list[str | None]) -> None:
    passwords = FakeHasher()
    with pytest.raises(InvalidCredentials):
        await use_cases.sign_in(
            account_deps(InMemoryUserStore(SOMEONE), passwords), email=email, password="wrong", address=""
        )
    assert passwords.verified == verified


async def test_outdated_hash_is_replaced_at_sign_in() -> None:
    store = InMemoryUserStore(replace(SOMEONE, password_hash="terces!"))
    await use_cases.sign_in(account_deps(store), email=SOMEONE.email, password="secret", address="")
    assert await store.find_by_email(SOMEONE.email) == SOMEONE


async def test_new_account_stores_address_as_typed_and_hash() -> None:
    users, now = InMemoryUserStore(), datetime.now(UTC)
    deps = account_deps(users)
    user = await use_cases.sign_up(deps, user_id="2", email="Ann@b.cd", password="drow", address="", now=now)
    assert user == User(id="2", email="Ann@b.cd", password_hash="word", created_at=now)
    assert await users.find_by_email("ann@B.CD") == user


async def test_address_in_use_is_refused() -> None:
    with pytest.raises(EmailInUse):
        await use_cases.sign_up(
            account_deps(InMemoryUserStore(SOMEONE)),
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
