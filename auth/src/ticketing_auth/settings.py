"""Settings of the auth service."""

from pydantic import Field

from ticketing_auth.password_policy import MAX_LENGTH, MIN_LENGTH
from ticketing_common.settings import LimitSettings, SessionSettings


class Settings(SessionSettings, LimitSettings):
    """`PASSWORD_THREADS`: passwords hashed concurrently; each takes a core for about 20 ms and 19 MiB.

    `PASSWORD_MIN_LENGTH` applies to new passwords.
    """

    password_threads: int = Field(default=2, ge=1, le=64)
    password_min_length: int = Field(default=MIN_LENGTH, ge=MIN_LENGTH, le=MAX_LENGTH)
