"""A crowd of buyers and sellers who press on through faults, and remember what they were promised.

Only tests import this.
"""

from ticketing_local.crowd.crowd import Crowd
from ticketing_local.crowd.evidence import Evidence, gather
from ticketing_local.crowd.reckoning import Reckoning, reckon

__all__ = ["Crowd", "Evidence", "Reckoning", "gather", "reckon"]
