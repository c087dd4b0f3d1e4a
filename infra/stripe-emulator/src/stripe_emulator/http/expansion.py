"""`expand[]=latest_charge`: ids replaced by the objects they name."""

from stripe_emulator.http.errors import InvalidRequest
from stripe_emulator.objects import Json, Objects, public

EXPANDABLE = frozenset({"latest_charge", "payment_method", "payment_intent", "charge"})


def expand(document: Json, paths: list[str], objects: Objects) -> Json:
    """A copy in which each path, such as `latest_charge.payment_method`, is an object.

    Raises:
        InvalidRequest: a path names a property that cannot be expanded.
    """
    for path in paths:
        document = _expand(document, path, objects)
    return document


def _expand(document: Json, path: str, objects: Objects) -> Json:
    name, _, rest = path.partition(".")
    if name not in EXPANDABLE or name not in document:
        raise InvalidRequest(f"This property cannot be expanded ({name[:40]}).", param="expand")
    value = document[name]
    found = objects.find(value) if isinstance(value, str) else value
    if found is None:
        return document
    return {**document, name: _expand(public(found), rest, objects) if rest else public(found)}
