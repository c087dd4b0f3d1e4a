"""The operators' load generator, with a record of the writes that were accepted, and what must have become of them."""

from ticketing_ops.load.user import LoadUser
from ticketing_test_support.load.generator import LoadGenerator
from ticketing_test_support.load.reconciliation import Reconciliation, reconcile
from ticketing_test_support.load.state import StoredState, read_orders, read_state

__all__ = ["LoadGenerator", "LoadUser", "Reconciliation", "StoredState", "read_orders", "read_state", "reconcile"]
