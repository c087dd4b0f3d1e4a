"""A crowd of buyers and sellers who press on through faults, and remember what they were promised."""

from ticketing_test_support.crowd.crowd import Crowd
from ticketing_test_support.crowd.evidence import Evidence, gather
from ticketing_test_support.crowd.reckoning import Reckoning, reckon
from ticketing_test_support.crowd.saying_again import say_again
from ticketing_test_support.crowd.shopper import Notes, Shopper

__all__ = ["Crowd", "Evidence", "Notes", "Reckoning", "Shopper", "gather", "reckon", "say_again"]
