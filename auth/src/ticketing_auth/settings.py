"""Settings of the auth service."""

from pydantic import Field

from ticketing_common.settings import SessionSettings


class Settings(SessionSettings):
    """`PASSWORD_THREADS`: passwords hashed concurrently; each takes a core for about 20 ms and 19 MiB."""

    password_threads: int = Field(default=2, ge=1, le=64)
