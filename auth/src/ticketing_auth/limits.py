"""How often an address, and an account, may try passwords, and how many sessions and accounts an address may start."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from limits import RateLimitItem

from ticketing_common.rate_limits import Attempt, Limit, RateLimiter

_WRONG_PASSWORDS = "Too many wrong passwords."


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """`account` is any name of an account, also of one that does not exist, so that limits do not reveal which do."""

    limiter: RateLimiter
    failures_per_account: RateLimitItem
    failures_per_address: RateLimitItem
    sign_ins_per_address: RateLimitItem
    sign_ups_per_address: RateLimitItem

    def password_attempt(self, account: str, address: str) -> AbstractAsyncContextManager[Attempt]:
        """An attempt that counts if the password is wrong; TooManyRequests after too many from this address.

        Other addresses are not affected: nobody can lock the owner of an account out.
        """
        return self.limiter.attempt(
            Limit("wrong-passwords-from", self.failures_per_address, (address,), _WRONG_PASSWORDS),
            Limit("wrong-passwords", self.failures_per_account, (account, address), _WRONG_PASSWORDS),
        )

    async def count_wrong_password(self, account: str) -> None:
        """TooManyRequests if there were too many for this account, from all addresses together."""
        await self.limiter.hit(Limit("wrong-passwords-for", self.failures_per_account, (account,), _WRONG_PASSWORDS))

    async def count_sign_in(self, address: str) -> None:
        """TooManyRequests if there were too many from this address, right or wrong.

        Each session that is revoked takes memory in every process for days.
        """
        await self.limiter.hit(Limit("sign-ins-from", self.sign_ins_per_address, (address,), "Too many sign-ins."))

    async def count_sign_up(self, address: str) -> None:
        """TooManyRequests if there were too many from this address."""
        await self.limiter.hit(Limit("sign-ups-from", self.sign_ups_per_address, (address,), "Too many new accounts."))
