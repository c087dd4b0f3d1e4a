"""What will happen by itself later: a processing payment settles, a refund fails, a buyer disputes."""

from typing import NamedTuple

from stripe_emulator.storage.database import Database


class Entry(NamedTuple):
    """An act that is due, and the id of the object it is about."""

    seq: int
    act: str
    subject: str


class Agenda:
    """Acts by their due time, on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, act: str, subject: str, *, due: float) -> None:
        self._database.run("insert into agenda (due, act, subject) values (?, ?, ?)", due, act, subject)

    def due(self, now: float) -> list[Entry]:
        rows = self._database.rows("select seq, act, subject from agenda where due <= ? order by due, seq", now)
        return [Entry(int(seq or 0), str(act), str(subject)) for seq, act, subject in rows]

    def remove(self, entry: Entry) -> None:
        self._database.run("delete from agenda where seq = ?", entry.seq)

    def next_due(self) -> float | None:
        rows = self._database.rows("select min(due) from agenda")
        return None if rows[0][0] is None else float(rows[0][0])
