"""The newest entries of a feed, and the places in it from which a follower can go on."""

import re
from collections import deque
from collections.abc import Sequence

from ticketing_common.feed.changes import Entry

# Of 64 bits; int() raises for much longer ones.
_SEQUENCE = re.compile(r"[0-9]{1,20}")


class Ring:
    """Entries of several sources in the order in which they arrived, of each source in the order of the stream.

    A cursor has the stream's epoch and the last sequence of each source: those of different sources may arrive in
    another order in another process. It means the same in all processes.
    """

    def __init__(self, sources: int, size: int) -> None:
        self._entries = deque[Entry]()
        self._size = size
        self.epoch = 0
        self._heads = [0] * sources
        self._floors = [0] * sources  # of what is known, everything after these

    def restart(self, epoch: int, heads: Sequence[int]) -> None:
        """Forget everything up to these sequences."""
        self._entries.clear()
        self.epoch = epoch
        self._heads, self._floors = list(heads), list(heads)

    @property
    def cursor(self) -> str:
        """After the newest entry."""
        return ".".join([f"{self.epoch:x}", *map(str, self._heads)])

    def append(self, entry: Entry) -> None:
        """Add the newest entry, and forget the oldest one if there are too many."""
        self._heads[entry.source] = entry.sequence
        entry.cursor = self.cursor
        self._entries.append(entry)
        if len(self._entries) > self._size:
            oldest = self._entries.popleft()
            self._floors[oldest.source] = oldest.sequence

    def after(self, cursor: str) -> list[Entry] | None:
        """The entries after the cursor. None if some of them are forgotten, or it is not known here, or not yet."""
        epoch, _, rest = cursor.partition(".")
        sequences = [int(part) for part in rest.split(".") if _SEQUENCE.fullmatch(part)]
        if epoch != f"{self.epoch:x}" or len(sequences) != len(self._heads):
            return None
        bounds = zip(self._floors, sequences, self._heads, strict=True)
        if not all(floor <= sequence <= head for floor, sequence, head in bounds):
            return None
        return [entry for entry in self._entries if entry.sequence > sequences[entry.source]]
