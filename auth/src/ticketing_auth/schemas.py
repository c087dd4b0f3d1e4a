"""Requests and responses of /api/users."""

from typing import Annotated

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, StringConstraints, WithJsonSchema

from ticketing_auth.password_policy import MAX_LENGTH, MIN_LENGTH, check_new_password, is_too_long
from ticketing_common.web import CamelModel, Id

MAX_EMAIL_CHARS = 254
_INVALID_EMAIL = "must be an email address like name@example.com"


def _email(text: str) -> str:
    """The address as typed, if it is well formed; else ValueError."""
    if len(text) > MAX_EMAIL_CHARS:
        raise ValueError(f"must have at most {MAX_EMAIL_CHARS} characters")
    try:
        parts = validate_email(_public(text), strict=True, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise ValueError(_INVALID_EMAIL) from None
    if "." not in parts.domain:
        raise ValueError(_INVALID_EMAIL)
    return text


def _public(address: str) -> str:
    """The address with a public suffix in place of one reserved for special use (`.test`, `.localhost`): developers
    sign up with those, and email-validator has no option that accepts them."""
    name, dot, suffix = address.rpartition(".")
    return f"{name}{dot}com" if suffix.lower() in SPECIAL_USE_DOMAIN_NAMES else address


Email = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True),
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": MAX_EMAIL_CHARS}),
]


def _text(password: str) -> str:
    """JSON may contain lone surrogates (`"\\ud800"`), which cannot be hashed."""
    try:
        password.encode()
    except UnicodeEncodeError:
        raise ValueError("must be valid Unicode text") from None
    return password


def _given_password(password: str) -> str:
    if not password or is_too_long(password):
        raise ValueError(f"must have 1 to {MAX_LENGTH} characters")
    return password


NewPassword = Annotated[
    str,
    StringConstraints(strict=True),
    AfterValidator(_text),
    AfterValidator(check_new_password),
    WithJsonSchema({"type": "string", "minLength": MIN_LENGTH, "maxLength": MAX_LENGTH}),
]
"""By the rules of every installation; `PasswordPolicy` has those of this one."""

GivenPassword = Annotated[
    str,
    StringConstraints(strict=True),
    AfterValidator(_text),
    AfterValidator(_given_password),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_LENGTH}),
]
"""A password to be compared with a stored one, whatever the rules are now."""


class SignUpIn(BaseModel):
    """Credentials of a new account."""

    email: Email
    password: NewPassword


class SignInIn(BaseModel):
    """Credentials of an existing account."""

    email: Email
    password: GivenPassword


class ChangePasswordIn(CamelModel):
    """The current password and the new one."""

    current_password: GivenPassword
    new_password: NewPassword


class DeleteAccountIn(BaseModel):
    """The current password."""

    password: GivenPassword


class UserOut(BaseModel):
    """The account of the signed-in user."""

    id: Id
    email: str


class CurrentUserOut(BaseModel):
    """The claims of the session. `iat` is in seconds since the epoch."""

    id: Id
    email: str
    iat: int


class SessionOut(BaseModel):
    """The signed-in user, or null."""

    currentUser: CurrentUserOut | None  # noqa: N815 (the contract's name)


class SignedOut(BaseModel):
    """An empty object."""
