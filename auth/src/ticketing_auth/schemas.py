"""Requests and responses of /api/users."""

from typing import Annotated

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

MAX_EMAIL_CHARS = 254

# Names like `.test` and `.localhost` pass: developers sign up with them. The list is the library's own switch.
SPECIAL_USE_DOMAIN_NAMES.clear()


def _email(text: str) -> str:
    """The address as typed, if it is one by its form; ValueError otherwise."""
    if len(text) > MAX_EMAIL_CHARS:
        raise ValueError(f"must have at most {MAX_EMAIL_CHARS} characters")
    try:
        parts = validate_email(text, strict=True, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise ValueError("must be an email address like name@example.com") from None
    if "." not in parts.domain:
        raise ValueError("must be an email address like name@example.com")
    return text


Email = Annotated[str, StringConstraints(strict=True, strip_whitespace=True), AfterValidator(_email)]
NewPassword = Annotated[str, Field(strict=True, min_length=4, max_length=128)]


class SignUpIn(BaseModel):
    """What a new user gives."""

    email: Email
    password: NewPassword


class SignInIn(BaseModel):
    """What a known user gives."""

    email: Email
    password: Annotated[str, Field(strict=True, min_length=1, max_length=128)]


class UserOut(BaseModel):
    """A user, to the user."""

    id: str
    email: str


class CurrentUserOut(BaseModel):
    """What the session says. `iat` is in seconds since the epoch."""

    id: str
    email: str
    iat: int


class SessionOut(BaseModel):
    """Who is signed in, if anybody."""

    currentUser: CurrentUserOut | None  # noqa: N815 (the contract's name)


class SignedOut(BaseModel):
    """An empty object."""
