"""Retrieve and list, the same for every resource that only servers read."""

from stripe_emulator.http.request import ApiRequest, Handler, Params
from stripe_emulator.objects import Json, public

DEFAULT_LIMIT, MAX_LIMIT = 10, 100

# SQL conditions with one placeholder. A filter by `type` may end in `.*`.
FILTERS = {
    "payment_intent": "intent = ?",
    "charge": "json_extract(body, '$.charge') = ?",
    "type": "json_extract(body, '$.type') glob ?",
}
AFTER = "seq < (select seq from objects where id = ?)"


def retrieve(kind: str) -> Handler:
    """A handler that returns one object."""

    def handler(request: ApiRequest) -> Json:
        request.params.only()
        return request.objects.get(kind, request.id, param=kind)

    return handler


def search(kind: str, *filters: str) -> Handler:
    """A handler that returns a page of the objects that match the given filters, newest first."""

    def handler(request: ApiRequest) -> Json:
        params = request.params
        params.only("limit", "starting_after", *filters)
        conditions = {FILTERS[name]: params.text(name) for name in filters if name in params}
        cursor = params.text("starting_after")
        if cursor is not None:
            request.objects.get(kind, cursor, param="starting_after")
            conditions[AFTER] = cursor
        limit = _limit(params)
        found = request.objects.page(kind, conditions, limit=limit + 1)
        data = [public(document) for document in found[:limit]]
        return {"object": "list", "data": data, "has_more": len(found) > limit, "url": request.path}

    return handler


def _limit(params: Params) -> int:
    limit = params.integer("limit")
    if limit is None:
        return DEFAULT_LIMIT
    if not 1 <= limit <= MAX_LIMIT:
        raise params.invalid("limit", f"limit must be between 1 and {MAX_LIMIT}, not {limit}.")
    return limit
