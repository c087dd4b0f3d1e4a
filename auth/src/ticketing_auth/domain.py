"""A user and the rules of an account."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from ticketing_common.errors import InvalidRequest, InvalidState


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can sign in. `email` is as typed at sign-up; it is compared without case."""

    id: str
    email: str
    password_hash: str
    created_at: datetime


class EmailInUse(InvalidRequest):
    """One address, one account, whatever the case."""

    def __init__(self) -> None:
        super().__init__("That email is already in use. Sign in instead, or use another address.", field="email")


class InvalidCredentials(InvalidState):
    """The same for an unknown address and a wrong password: nobody learns who has an account."""

    message = "Invalid credentials. Check the email and the password."


def email_key(email: str) -> str:
    """What two spellings of one address have in common."""
    return unicodedata.normalize("NFC", email.strip().casefold())
