"""Sign-up, sign-in and sign-out; change of the password and deletion of the account, which end all sessions."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime

import structlog

from ticketing_auth.domain import EmailInUse, InvalidCredentials, User, WrongPassword
from ticketing_auth.emails import EmailAddress, email_key, parse_stored
from ticketing_auth.ports import AccountDeps, RevocationStore
from ticketing_common.concurrency import update
from ticketing_common.errors import NotAuthenticated
from ticketing_common.events import SessionRevoked
from ticketing_common.revocations import Revocations
from ticketing_common.tokens import CurrentUser

log = structlog.get_logger(__name__)


async def sign_up(
    deps: AccountDeps, *, user_id: str, email: EmailAddress, password: str, address: str, now: datetime
) -> User:
    """Create an account; EmailInUse when the e-mail address has one, also among concurrent requests.

    `address` is the client's. Raises TooManyRequests.
    """
    deps.policy.require(password)
    await deps.limits.count_sign_up(address)
    password_hash = await deps.hasher.hash(password, address=address)
    if email.has_legacy_keys and await deps.store.find_by_email(email) is not None:
        raise EmailInUse
    user = User(id=user_id, email=email.normalized, email_key=email.key, password_hash=password_hash, created_at=now)
    await deps.store.add(user)
    log.info("account.created", user_id=user.id, client_address=address)
    return user


async def sign_in(deps: AccountDeps, *, email: EmailAddress, password: str, address: str) -> User:
    """The user with this e-mail address and password, or InvalidCredentials. Raises TooManyRequests.

    What an earlier release stored in another form is upgraded.
    """
    await deps.limits.count_sign_in(address)
    user = await _verify_password(
        deps, lambda: deps.store.find_by_email(email), account=email.key, password=password, address=address
    )
    if user is None:
        raise InvalidCredentials
    log.info("session.started", user_id=user.id, client_address=address)
    stored = parse_stored(user.email)
    if (stored.normalized, stored.key) == (user.email, user.email_key):
        return user
    await deps.store.upgrade_email(user, stored)
    return replace(user, email=stored.normalized)


async def _verify_password(
    deps: AccountDeps, find: Callable[[], Awaitable[User | None]], *, account: str, password: str, address: str
) -> User | None:
    """The user, if there is one and this is the password; an outdated hash of it is replaced.

    Wrong passwords count against `account`, whether it exists or not, and the client's `address`: TooManyRequests.
    """
    async with deps.limits.password_attempt(account, address) as attempt:
        user = await find()
        result = await deps.hasher.verify(password, user.password_hash if user else None, address=address)
        if not result.matches:
            attempt.count()
            log.info("password.rejected", user_id=user.id if user else None, client_address=address)
            await deps.limits.count_wrong_password(account)
            return None
    if user is not None and result.upgraded_hash is not None:
        await deps.store.upgrade_hash(user, result.upgraded_hash)
        return replace(user, password_hash=result.upgraded_hash)
    return user


async def sign_out(
    store: RevocationStore, revocations: Revocations, sessions: Iterable[CurrentUser], *, now: datetime
) -> None:
    """End these sessions: here at once, in other processes as soon as the event arrives."""
    for session in sessions:
        expires_at = revocations.expires_at(session, now=now)
        event = SessionRevoked(user_id=session.id, session_id=session.session_id, expires_at=expires_at)
        await store.add(event)
        revocations.apply(event)
        log.info("session.ended", user_id=session.id)


async def change_password(
    deps: AccountDeps,
    revocations: Revocations,
    session: CurrentUser,
    *,
    current: str,
    new: str,
    address: str,
    now: datetime,
) -> User:
    """Set the password; WrongPassword if `current` is not the user's. All sessions of earlier generations end.

    `address` is the client's. Raises TooManyRequests.
    """
    deps.policy.require(new, field="newPassword")
    expires_at = revocations.expires_at(None, now=now)
    await _find_authorized(deps, session, current, address, field="currentPassword")
    password_hash = await deps.hasher.hash(new, address=address)
    user = await update(
        lambda: _find_authorized(deps, session, current, address, field="currentPassword"),
        lambda user: replace(user, password_hash=password_hash, generation=user.generation + 1),
        lambda before, after: deps.store.save_password(after, expected=before, event=_earlier(after, expires_at)),
    )
    revocations.apply(_earlier(user, expires_at))
    log.info("password.changed", user_id=user.id, client_address=address)
    return user


async def delete_account(
    deps: AccountDeps, revocations: Revocations, session: CurrentUser, *, password: str, address: str, now: datetime
) -> None:
    """Erase what is personal; WrongPassword if `password` is not the user's. All sessions end.

    `address` is the client's. Raises TooManyRequests.
    """
    expires_at = revocations.expires_at(None, now=now)
    user = await update(
        lambda: _find_authorized(deps, session, password, address, field="password"),
        lambda user: replace(user, generation=user.generation + 1),
        lambda before, after: deps.store.erase(
            after,
            expected=before,
            event=_earlier(after, expires_at, account_deleted=True),
            now=now,
        ),
    )
    revocations.apply(_earlier(user, expires_at))
    log.info("account.deleted", user_id=user.id, client_address=address)


async def _find_authorized(deps: AccountDeps, session: CurrentUser, password: str, address: str, *, field: str) -> User:
    async def find() -> User:
        user = await deps.store.find(session.id)
        if user is None:
            raise NotAuthenticated
        return user

    user = await _verify_password(deps, find, account=email_key(session.email), password=password, address=address)
    if user is None:
        raise WrongPassword(field)
    return user


def _earlier(user: User, expires_at: datetime, *, account_deleted: bool = False) -> SessionRevoked:
    """All sessions of the user's earlier generations are over."""
    return SessionRevoked(
        user_id=user.id, generation=user.generation, expires_at=expires_at, account_deleted=account_deleted
    )
