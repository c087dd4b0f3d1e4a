"""Requests and responses of /api/users."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, GetPydanticSchema, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import no_info_plain_validator_function

from ticketing_auth.emails import MAX_CHARS, EmailAddress, parse_email
from ticketing_auth.password_policy import MAX_LENGTH, MIN_LENGTH, check_new_password, is_too_long
from ticketing_common.web import CamelModel, Id


def _email(value: object) -> EmailAddress:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    return parse_email(value)


Email = Annotated[
    EmailAddress,
    # Not PlainValidator: it adds the class itself to the OpenAPI document.
    GetPydanticSchema(lambda _source, _handler: no_info_plain_validator_function(_email)),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": MAX_CHARS}),
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
