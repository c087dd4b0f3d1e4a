"""`expand[]=latest_charge`: ids replaced by the objects they name."""

from typing import Any

from stripe_emulator.storage.objects import Objects, public
from stripe_emulator.wire.failures import InvalidRequest

Json = dict[str, Any]

DEEPEST = 4  # Stripe's own bound
EXPANDABLE = frozenset({"latest_charge", "payment_method", "payment_intent", "charge"})


def expand(document: Json, paths: list[str], objects: Objects) -> Json:
    """A copy in which each path (`latest_charge.payment_method`, in lists `data.charge`) is an object.

    Raises:
        InvalidRequest: a path names what cannot be expanded.
    """
    for path in paths:
        names = path.split(".")
        if len(names) > DEEPEST:
            raise InvalidRequest(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        document = _expand(document, names, objects)
    return document


def _expand(document: Json, names: list[str], objects: Objects) -> Json:
    name, *rest = names
    if document["object"] == "list" and name == "data" and rest:
        return {**document, "data": [_expand(item, rest, objects) for item in document["data"]]}
    if name not in EXPANDABLE or name not in document:
        raise InvalidRequest(f"This property cannot be expanded ({name[:40]}).", param="expand")
    named = _named(document[name], objects)
    if named is None:
        return document
    return {**document, name: _expand(named, rest, objects) if rest else named}


def _named(value: object, objects: Objects) -> Json | None:
    if isinstance(value, dict):
        return value
    found = objects.find(value) if isinstance(value, str) else None
    return None if found is None else public(found)
