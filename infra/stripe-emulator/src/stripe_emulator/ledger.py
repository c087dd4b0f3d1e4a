"""Every object that moved money, and the totals, for reconciliation."""

from collections import defaultdict
from collections.abc import Sequence

from stripe_emulator.objects import Json, Objects
from stripe_emulator.resources.disputes import FUNDS_WITHDRAWN

INTENT = "payment_intent"
PARTS = ("charge", "refund", "dispute")


def whole_ledger(objects: Objects) -> Json:
    """All intents, charges, refunds and disputes, oldest first, and totals in minor units by currency."""
    return _ledger({kind: objects.all(kind) for kind in (INTENT, *PARTS)})


def ledger_of(objects: Objects, intents: Sequence[Json]) -> Json:
    """The same of these intents only."""
    ids = [intent["id"] for intent in intents]
    parts = {kind: objects.of_intents(kind, ids) for kind in PARTS}
    return _ledger({INTENT: list(intents), **parts})


def _ledger(entries: dict[str, list[Json]]) -> Json:
    listed = {f"{kind}s": [_redacted(entry) for entry in found] for kind, found in entries.items()}
    return {**listed, "totals": _totals(entries)}


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
