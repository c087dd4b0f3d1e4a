"""Dependencies of the routes, by type."""

from typing import Annotated

from fastapi import Depends

from ticketing_common.web import from_database, from_state
from ticketing_orders.domain import ReservationRules
from ticketing_orders.ports import OrderStore

StoreDep = Annotated[OrderStore, Depends(from_database("store"))]
Rules = Annotated[ReservationRules, Depends(from_state("reservation_rules"))]
