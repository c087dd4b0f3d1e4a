"""Settings of the auth service."""

from limits import parse
from pydantic import Field

from ticketing_auth.password_policy import MAX_LENGTH, MIN_LENGTH
from ticketing_common.rate_limits import Rate
from ticketing_common.settings import LimitSettings, SessionSettings


class Settings(SessionSettings, LimitSettings):
    """`PASSWORD_THREADS`: passwords hashed concurrently; each takes a core for about 20 ms and 19 MiB.

    `PASSWORD_MIN_LENGTH` applies to new passwords. Failures are wrong passwords.
    """

    password_threads: int = Field(default=2, ge=1, le=64)
    password_min_length: int = Field(default=MIN_LENGTH, ge=MIN_LENGTH, le=MAX_LENGTH)
    sign_in_failures_per_account: Rate = parse("5/minute")
    sign_in_failures_per_address: Rate = parse("30/minute")
    sign_ins_per_address: Rate = parse("120/minute")
    sign_ups_per_address: Rate = parse("20/minute")
