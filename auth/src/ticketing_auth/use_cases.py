"""Sign-up and sign-in."""

from datetime import datetime

from ticketing_auth.domain import InvalidCredentials, User
from ticketing_auth.ports import PasswordHasher, UserStore


async def sign_up(
    store: UserStore, hasher: PasswordHasher, *, user_id: str, email: str, password: str, now: datetime
) -> User:
    """Create an account; EmailInUse when the address has one, also among concurrent requests."""
    user = User(id=user_id, email=email, password_hash=await hasher.hash(password), created_at=now)
    await store.add(user)
    return user


async def sign_in(store: UserStore, hasher: PasswordHasher, *, email: str, password: str) -> User:
    """The user with this address and password, or InvalidCredentials."""
    user = await store.find_by_email(email)
    matches = await hasher.verify(password, user.password_hash if user else None)
    if user is None or not matches:
        raise InvalidCredentials
    return user
