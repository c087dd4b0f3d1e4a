"""Sessions as auth would issue them."""

from datetime import UTC, datetime

from ticketing_common.mongo import new_id
from ticketing_common.tokens import issue
from ticketing_test_support.fixtures import JWT_SECRET


def cookie_for(
    user_id: str | None = None, *, email: str = "someone@example.com", secret: str = JWT_SECRET
) -> dict[str, str]:
    """A `Cookie` header of a signed-in user."""
    token = issue(user_id=user_id or new_id(), email=email, secret=secret, now=datetime.now(UTC))
    return {"Cookie": f"session={token}"}
