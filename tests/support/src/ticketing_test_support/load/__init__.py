"""A load generator: users who sell and buy, retry through faults, and record which of their writes were accepted."""

from ticketing_test_support.load.generator import LoadGenerator
from ticketing_test_support.load.reconciliation import Reconciliation, reconcile
from ticketing_test_support.load.state import StoredState, read_state
from ticketing_test_support.load.user import LoadUser, Record

__all__ = ["LoadGenerator", "LoadUser", "Reconciliation", "Record", "StoredState", "read_state", "reconcile"]
