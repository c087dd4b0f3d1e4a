"""MongoDB in memory, for what the stores use of it: no server, a hundred times faster, and it fails on demand."""

from ticketing_test_support.memory.collection import Collection, WriteFaults
from ticketing_test_support.memory.database import InMemoryDatabase

__all__ = ["Collection", "InMemoryDatabase", "WriteFaults"]
