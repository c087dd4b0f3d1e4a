"""For an auditor: every object that moved money, and what it adds up to."""

from collections import defaultdict
from typing import Any

from stripe_emulator.storage.objects import Json, Objects

KINDS = ("payment_intent", "charge", "refund", "dispute")


def ledger(objects: Objects) -> Json:
    """All intents, charges, refunds and disputes, oldest first, and sums in minor units by currency."""
    books = {kind: list(objects.all(kind)) for kind in KINDS}
    shown = {f"{kind}s": [_without_secret(entry) for entry in entries] for kind, entries in books.items()}
    return {**shown, "totals": _totals(books)}


def _without_secret(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name != "client_secret"}


def _totals(books: dict[str, list[Json]]) -> dict[str, dict[str, int]]:
    totals: dict[str, Any] = defaultdict(lambda: {"captured": 0, "refunded": 0, "disputed": 0})
    for charge in books["charge"]:
        totals[charge["currency"]]["captured"] += charge["amount_captured"]
        totals[charge["currency"]]["refunded"] += charge["amount_refunded"]
    for dispute in books["dispute"]:
        if dispute["status"] != "won":
            totals[dispute["currency"]]["disputed"] += dispute["amount"]
    return dict(totals)
