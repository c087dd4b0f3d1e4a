"""The sums of a seller's paid orders."""

from collections.abc import Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel

from ticketing_common.events import OrderStatus
from ticketing_orders.domain import Sales, Total

BY_SELLER = "paid_by_seller"
INDEX = IndexModel(
    [("seller_id", ASCENDING)],
    name=BY_SELLER,
    partialFilterExpression={"status": OrderStatus.COMPLETE.value, "seller_id": {"$exists": True}},
)


def _map(field: str, condition: dict[str, Any], result: str) -> dict[str, Any]:
    """The expression: `result` of each entry of a nested document, `$$this.k` and `$$this.v`, if `condition` holds."""
    entries = {"$objectToArray": {"$ifNull": [field, {}]}}
    return {"$map": {"input": {"$filter": {"input": entries, "cond": condition}}, "in": result}}


# The payment that bought the order is the one whose settlement has no reason for a refund.
_BOUGHT_BY = _map("$judged", {"$eq": ["$$this.v", None]}, "$$this.k")
_REFUNDED = {"$sum": _map("$payments", {"$in": ["$$this.k", _BOUGHT_BY]}, "$$this.v.refunded")}


def pipeline(seller_id: str) -> list[dict[str, Any]]:
    """The aggregation: one result, or none without paid orders. It reads the documents of these."""
    return [
        {"$match": {"seller_id": seller_id, "status": OrderStatus.COMPLETE.value}},
        {"$project": {"price": "$ticket.price", "refunded": _REFUNDED}},
        {
            "$group": {
                "_id": None,
                "count": {"$sum": 1},
                "amount": {"$sum": "$price"},
                "refunds": {"$sum": {"$cond": [{"$gt": ["$refunded", 0]}, 1, 0]}},
                "refunded": {"$sum": "$refunded"},
            }
        },
    ]


def of(results: Sequence[dict[str, Any]]) -> Sales:
    """The aggregation's result."""
    if not results:
        return Sales()
    [sums] = results
    return Sales(sold=Total(sums["count"], sums["amount"]), refunded=Total(sums["refunds"], sums["refunded"]))
