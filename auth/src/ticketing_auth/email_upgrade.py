"""The background task that gives accounts of earlier releases the key of their address."""

import asyncio

import structlog

from ticketing_auth.emails import parse_stored
from ticketing_auth.ports import UserStore
from ticketing_common.errors import Unavailable

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0
_PAGE = 500


class EmailUpgrade:
    """Runs once in each process, so that nobody can sign up with another spelling of an address that has an account."""

    name = "email-upgrade"

    def __init__(self, store: UserStore) -> None:
        self._store = store

    async def run(self) -> None:
        """Upgrade all, through outages of the database."""
        while True:
            try:
                return await self.upgrade_all()
            except Unavailable:
                await asyncio.sleep(_RETRY_SECONDS)

    async def upgrade_all(self) -> None:
        """Only international domains were ever stored in several forms."""
        after = ""
        while users := await self._store.find_international(after=after, limit=_PAGE):
            for user in users:
                email = parse_stored(user.email)
                if email.key != user.email_key:
                    await self._store.upgrade_email(user, email)
                    log.info("account.email_upgraded", user_id=user.id)
            after = users[-1].email_key

    async def close(self) -> None:
        """Nothing to finish: the next start continues."""
