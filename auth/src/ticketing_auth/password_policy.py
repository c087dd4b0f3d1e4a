"""What a new password may be, and the form in which passwords are compared (NIST SP 800-63B, section 3.1.1.2)."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ticketing_common.errors import InvalidRequest

MIN_LENGTH = 4
MAX_LENGTH = 128
# Composition makes at most four code points one. A longer text is not normalised: that can take quadratic time.
MAX_TYPED_LENGTH = 4 * MAX_LENGTH


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The rules of this installation; `min_length` in code points."""

    min_length: int = MIN_LENGTH

    def require(self, password: str, *, field: str = "password") -> None:
        """InvalidRequest, for this field of the request, unless `password` may be a new password."""
        try:
            check_new_password(password, min_length=self.min_length)
        except ValueError as error:
            raise InvalidRequest(f"{field} {error}.", field=field) from None


def check_new_password(password: str, *, min_length: int = MIN_LENGTH) -> str:
    """The password as it is. ValueError, with what it must be, if it is too short, too long or too common.

    Lengths are in code points of the normalised form.
    """
    if is_too_long(password):
        raise ValueError(f"must have at most {MAX_LENGTH} characters")
    normalized = normalize(password)
    if len(normalized) < min_length:
        raise ValueError(f"must have at least {min_length} characters")
    if normalized.lower() in _common_passwords():
        raise ValueError("must not be one of the most common passwords: choose another one")
    return password


def is_too_long(password: str) -> bool:
    """Whether it is longer than any password."""
    return len(password) > MAX_TYPED_LENGTH or len(normalize(password)) > MAX_LENGTH


def normalize(password: str) -> str:
    """NFKC, since keyboards and systems differ in how they encode the same characters."""
    return unicodedata.normalize("NFKC", password)


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset((files("ticketing_auth") / "common_passwords.txt").read_text("utf-8").split())
