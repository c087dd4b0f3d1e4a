"""Published by auth, consumed by every process that verifies sessions."""

from typing import ClassVar

from pydantic import AwareDatetime

from ticketing_common.events.event import Event
from ticketing_common.events.subjects import Subject


class SessionRevoked(Event):
    """One session is over (`session_id`), or all of the user's sessions of an earlier `generation` are.

    With `account_deleted` the user's account is gone, and with it what other services keep only for the user.
    From `expires_at` on the event says nothing new: no token that it concerns is valid any more.
    """

    subject: ClassVar[Subject] = Subject.SESSION_REVOKED

    user_id: str
    session_id: str | None = None
    generation: int | None = None
    expires_at: AwareDatetime
    account_deleted: bool = False

    @property
    def event_id(self) -> str:
        revoked = self.session_id if self.session_id is not None else f"{self.user_id}:{self.generation}"
        return f"{self.subject}:{revoked}"
