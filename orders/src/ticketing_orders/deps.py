"""Dependencies of the routes, by type."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends

from ticketing_common.web import from_database, from_state
from ticketing_orders.ports import OrderStore

StoreDep = Annotated[OrderStore, Depends(from_database("store"))]
HoldFor = Annotated[timedelta, Depends(from_state("hold_for"))]
