"""The settings of auth."""

from pydantic import Field

from ticketing_common.settings import SessionSettings


class Settings(SessionSettings):
    """`PASSWORD_THREADS`: how many passwords are hashed at once; each takes one core for about 20 ms and 19 MiB."""

    password_threads: int = Field(default=2, ge=1, le=64)
