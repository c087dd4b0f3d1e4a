"""How many declined cards an order, and a user, may try: otherwise thieves find out here which cards are good."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from limits import RateLimitItem

from ticketing_common.rate_limits import Attempt, Limit, RateLimiter

_DECLINES = "Too many declined cards. Nothing was charged."


@dataclass(frozen=True, slots=True)
class DeclineLimits:
    """An attempt holds a place while it is in progress, and keeps it if the card is declined."""

    limiter: RateLimiter
    per_order: RateLimitItem
    per_user: RateLimitItem

    def attempt(self, *, order_id: str, user_id: str) -> AbstractAsyncContextManager[Attempt]:
        """An attempt that counts if the card is declined; TooManyRequests after too many."""
        return self.limiter.attempt(
            Limit("declines-of-order", self.per_order, (order_id,), _DECLINES),
            Limit("declines-of-user", self.per_user, (user_id,), _DECLINES),
        )
