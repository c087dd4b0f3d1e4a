"""Orders, and replicas of tickets, in MongoDB."""

from ticketing_orders.store.mongo import (
    INDEXES,
    ONE_LIVE_ORDER,
    ONE_OPEN_ORDER_PER_SLOT,
    ONE_ORDER_PER_HOLD,
    MongoOrderStore,
)

__all__ = ["INDEXES", "ONE_LIVE_ORDER", "ONE_OPEN_ORDER_PER_SLOT", "ONE_ORDER_PER_HOLD", "MongoOrderStore"]
