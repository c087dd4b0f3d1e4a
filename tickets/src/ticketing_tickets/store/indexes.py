"""The indexes of the tickets, and their names."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from ticketing_common.mongo import OUTBOX_INDEX, REQUEST_INDEX

BUYABLE = "buyable"
BY_SELLER = "by_seller_with_state"
BY_TERM = "by_term"
BY_TERM_AND_PRICE = "by_term_and_price"
TERM_INDEXES = (BY_TERM, BY_TERM_AND_PRICE)
RELISTED = "relisted"
TERMS = "search.terms"
IS_BUYABLE = {"buyable": True}
# No ticket, but for what a release without withdrawals writes.
IS_RELISTED = {**IS_BUYABLE, "withdrawn": True}
# Ids grow with time, so a list reads as many index keys as it has tickets.
NEWEST_FIRST = [("_id", DESCENDING)]
INDEXES = {
    "tickets": [
        # On a flag: for `order_id: null` MongoDB scans several ranges and merges them.
        IndexModel([("buyable", ASCENDING), *NEWEST_FIRST], name=BUYABLE, partialFilterExpression=IS_BUYABLE),
        # With what tells the state and the sums: of a seller's documents only those that are shown are read.
        IndexModel(
            [
                ("user_id", ASCENDING),
                *NEWEST_FIRST,
                *((field, ASCENDING) for field in ("order_id", "order_version", "withdrawn", "price")),
            ],
            name=BY_SELLER,
        ),
        *(
            IndexModel(
                [(field, ASCENDING) for field in (TERMS, *fields)], name=name, partialFilterExpression=IS_BUYABLE
            )
            for name, fields in ((BY_TERM, ["_id"]), (BY_TERM_AND_PRICE, ["price", "_id"]))
        ),
        IndexModel([("withdrawn", ASCENDING)], name=RELISTED, partialFilterExpression=IS_RELISTED),
        OUTBOX_INDEX,
        REQUEST_INDEX,
    ]
}
