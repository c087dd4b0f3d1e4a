"""Every object that moved money, and the totals, for reconciliation."""

from collections import defaultdict

from stripe_emulator.objects import Json, Objects
from stripe_emulator.resources.disputes import FUNDS_WITHDRAWN

KINDS = ("payment_intent", "charge", "refund", "dispute")


def ledger(objects: Objects) -> Json:
    """All intents, charges, refunds and disputes, oldest first, and totals in minor units by currency."""
    entries = {kind: objects.all(kind) for kind in KINDS}
    return {**{f"{kind}s": [_redacted(entry) for entry in entries[kind]] for kind in KINDS}, "totals": _totals(entries)}


def _redacted(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name != "client_secret"}


def _totals(entries: dict[str, list[Json]]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = defaultdict(lambda: {"captured": 0, "refunded": 0, "disputed": 0})
    for charge in entries["charge"]:
        totals[charge["currency"]]["captured"] += charge["amount_captured"]
        totals[charge["currency"]]["refunded"] += charge["amount_refunded"]
    for dispute in entries["dispute"]:
        if dispute["status"] in FUNDS_WITHDRAWN:
            totals[dispute["currency"]]["disputed"] += dispute["amount"]
    return dict(totals)
