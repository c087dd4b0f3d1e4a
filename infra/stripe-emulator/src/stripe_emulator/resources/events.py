"""Events: what happened, as the webhook endpoint was or will be told."""

from typing import Any

from stripe_emulator.wire.call import Call
from stripe_emulator.wire.listing import PAGING, listing

Json = dict[str, Any]


def retrieve(call: Call) -> Json:
    call.params.only()
    return call.work.objects.get("event", call.id)


def search(call: Call) -> Json:
    """The list, newest first; `type` may end in `.*`."""
    call.params.only(*PAGING, "type")
    event_type = call.params.text("type")
    if event_type is None:
        return listing(call, "event", {})
    return listing(call, "event", {"json_extract(body, '$.type') glob ?": event_type})
