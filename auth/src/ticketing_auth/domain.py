"""A user, and the rules of an account."""

from dataclasses import dataclass
from datetime import datetime

from ticketing_common.errors import InvalidRequest, InvalidState


@dataclass(frozen=True, slots=True)
class User:
    """An account. `email` is in normalized form, unless an earlier release stored it, and `email_key` is unique.

    `generation` is that of its sessions: it grows to end all earlier ones.
    """

    id: str
    email: str
    email_key: str
    password_hash: str
    created_at: datetime
    generation: int = 0


class EmailInUse(InvalidRequest):
    """There is one account per address, regardless of case."""

    def __init__(self) -> None:
        super().__init__("That email is already in use. Sign in instead, or use another address.", field="email")


class InvalidCredentials(InvalidState):
    """The same for an unknown address and a wrong password, so that it does not reveal who has an account."""

    message = "Invalid credentials. Check the email and the password."


class WrongPassword(InvalidRequest):
    """Who changes the password or deletes the account must know the password."""

    def __init__(self, field: str) -> None:
        super().__init__("That is not your current password.", field=field)
