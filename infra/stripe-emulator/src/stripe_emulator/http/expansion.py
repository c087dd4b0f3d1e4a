"""`expand[]=latest_charge`: ids replaced by the objects they name."""

from stripe_emulator.http.errors import InvalidRequest
from stripe_emulator.objects import Json, Objects, public

MAX_DEPTH = 4  # Stripe's limit
EXPANDABLE = frozenset({"latest_charge", "payment_method", "payment_intent", "charge"})


def expand(document: Json, paths: list[str], objects: Objects) -> Json:
    """A copy in which each path (`latest_charge.payment_method`, in lists `data.charge`) is an object.

    Raises:
        InvalidRequest: a path names a property that cannot be expanded.
    """
    for path in paths:
        names = path.split(".")
        if len(names) > MAX_DEPTH:
            raise InvalidRequest(f"You cannot expand more than {MAX_DEPTH} levels of a property.", param="expand")
        document = _expand(document, names, objects)
    return document


def _expand(document: Json, names: list[str], objects: Objects) -> Json:
    name, *rest = names
    if document["object"] == "list" and name == "data" and rest:
        return {**document, "data": [_expand(item, rest, objects) for item in document["data"]]}
    if name not in EXPANDABLE or name not in document:
        raise InvalidRequest(f"This property cannot be expanded ({name[:40]}).", param="expand")
    value = document[name]
    target = objects.find(value) if isinstance(value, str) else value
    if target is None:
        return document
    return {**document, name: _expand(public(target), rest, objects) if rest else public(target)}
