"""Stripe's lists: newest first, in pages, with filters on the time of creation."""

from collections.abc import Mapping

from stripe_emulator.storage.database import Value
from stripe_emulator.storage.objects import public
from stripe_emulator.wire.call import Call, Json
from stripe_emulator.wire.failures import InvalidRequest
from stripe_emulator.wire.params import Params

PAGING = ("limit", "starting_after", "ending_before", "created")
LARGEST = 100
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_CURSORS = {
    "starting_after": "seq < (select seq from objects where id = ?)",
    "ending_before": "seq > (select seq from objects where id = ?)",
}


def listing(call: Call, kind: str, conditions: Mapping[str, Value]) -> Json:
    """One page of the objects of a kind that meet the conditions and the caller's own filters."""
    limit = _limit(call.params)
    backwards = "ending_before" in call.params
    wanted = {**conditions, **_created(call.params), **_cursor(call, kind)}
    found = call.work.objects.page(kind, wanted, limit=limit + 1, descending=not backwards)
    page = [public(document) for document in found[:limit]]
    data = page[::-1] if backwards else page
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": call.path}


def _limit(params: Params) -> int:
    limit = params.integer("limit")
    if limit is None:
        return 10
    if not 1 <= limit <= LARGEST:
        raise InvalidRequest(f"limit must be between 1 and {LARGEST}, not {limit}.", param="limit")
    return limit


def _created(params: Params) -> dict[str, Value]:
    if isinstance(params.fields.get("created"), str):
        return {"created = ?": params.integer("created")}
    span = params.inner("created")
    if span is None:
        return {}
    span.only(*_COMPARISONS)
    return {f"created {_COMPARISONS[name]} ?": span.integer(name) for name in span.fields}


def _cursor(call: Call, kind: str) -> dict[str, Value]:
    bounds: dict[str, Value] = {}
    for name, condition in _CURSORS.items():
        object_id = call.params.text(name)
        if object_id is not None:
            call.work.objects.get(kind, object_id, param=name)
            bounds[condition] = object_id
    return bounds
