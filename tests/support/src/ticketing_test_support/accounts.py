"""The dependencies of auth's use cases, without limits, and with a hasher that takes no time."""

from limits import parse

from ticketing_auth.limits import AccountLimits
from ticketing_auth.password_policy import PasswordPolicy
from ticketing_auth.ports import AccountDeps, UserStore, Verification
from ticketing_common.rate_limits import RateLimiter

_ANY_RATE = parse("1/second")
_UNLIMITED = AccountLimits(
    RateLimiter(enabled=False),
    failures_per_account=_ANY_RATE,
    failures_per_address=_ANY_RATE,
    sign_ins_per_address=_ANY_RATE,
    sign_ups_per_address=_ANY_RATE,
)


class FakeHasher:
    """Hashes by reversing, and records the hashes that it verifies; one that ends in "!" is outdated."""

    def __init__(self) -> None:
        self.verified: list[str | None] = []

    async def hash(self, password: str, *, address: str) -> str:
        return password[::-1]

    async def verify(self, password: str, password_hash: str | None, *, address: str) -> Verification:
        self.verified.append(password_hash)
        current = password[::-1]
        outdated = password_hash == f"{current}!"
        return Verification(matches=outdated or password_hash == current, upgraded_hash=current if outdated else None)


def account_deps(store: UserStore, hasher: FakeHasher | None = None) -> AccountDeps:
    """With this store."""
    return AccountDeps(store, hasher or FakeHasher(), PasswordPolicy(), _UNLIMITED)
