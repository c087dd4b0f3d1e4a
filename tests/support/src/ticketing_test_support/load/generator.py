"""The operators' load generator, for tests: it records which writes were accepted."""

from ticketing_ops.load.generator import Generator
from ticketing_test_support.load.accepted import AcceptedWrites, PaymentCaptured
from ticketing_test_support.load.state import StoredState
from ticketing_test_support.waiting import eventually

USERS = 6
MAX_ROUNDS = 500  # of one user: whatever a test does wrong, the load ends
SALES_WITHIN_SECONDS = 90.0


class LoadGenerator(Generator):
    """Users at one gateway. Each run makes the same random choices."""

    def __init__(self, url: str, *, users: int = USERS, seed: int = 1) -> None:
        self.record = AcceptedWrites()
        super().__init__(url, self.record, users=users, seed=seed, max_rounds=MAX_ROUNDS)

    async def sales(self, more: int) -> None:
        """Wait until this many more orders are paid. AssertionError when nobody can buy any more."""
        wanted = self.record.count(PaymentCaptured) + more
        await eventually(
            lambda: self.record.count(PaymentCaptured) >= wanted,
            within=SALES_WITHIN_SECONDS,
            every=0.05,
            what=f"{more} more sales; responses: {dict(self.record.responses)}",
        )

    def lost(self, state: StoredState) -> list[str]:
        """Every accepted write that is not stored or was not published, as text."""
        return [problem for write in self.record.accepted for problem in write.problems(state)]
