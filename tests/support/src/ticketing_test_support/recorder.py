"""An EventPublisher in memory."""

from collections.abc import Sequence

from ticketing_common.events import Envelope


class RecordingPublisher:
    """Records what is published. `refuse` names ids that it does not acknowledge."""

    def __init__(self) -> None:
        self.connected = True
        self.envelopes: list[Envelope] = []
        self.refuse: set[str] = set()

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        """Record all and acknowledge all but the refused."""
        self.envelopes.extend(envelopes)
        return {envelope.id for envelope in envelopes} - self.refuse
