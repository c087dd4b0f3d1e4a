"""The query, update and pipeline operators that the stores use; any other is an error."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

Document = dict[str, Any]


class Missing:
    """A path without a value."""

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """The value at a path with dots, which may be array indexes; or MISSING."""
    value: Any = document
    for name in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(name, MISSING)
        elif isinstance(value, Sequence) and name.isdigit():
            value = value[int(name)] if int(name) < len(value) else MISSING
        else:
            return MISSING
    return value


def matches(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    """Whether the document matches the query."""
    return all(_holds(value_at(document, path), condition) for path, condition in query.items())


def _holds(value: Any, condition: Any) -> bool:
    if isinstance(condition, Mapping) and any(name.startswith("$") for name in condition):
        return all(_OPERATORS[name](value, operand) for name, operand in condition.items())
    return bool(value == condition)


def _compared(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Values of another type than the operand match no comparison."""
    return lambda value, operand: isinstance(value, type(operand)) and holds(value, operand)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "date": lambda value: isinstance(value, datetime),
    "number": _is_number,
}
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$lt": _compared(lambda value, operand: bool(value < operand)),
    "$lte": _compared(lambda value, operand: bool(value <= operand)),
    "$in": lambda value, operand: value in operand,
    "$exists": lambda value, operand: (value is not MISSING) is operand,
    "$type": lambda value, operand: _TYPES[operand](value),
}


def updated(document: Document, update: Mapping[str, Mapping[str, Any]]) -> Document:
    """The document after `$set`, or after `$push` with `$each`, or `$pull`, of top-level fields."""
    after = deepcopy(document)
    for name, fields in update.items():
        for path, operand in fields.items():
            assert name == "$set" or "." not in path, f"{name} of {path}: only top-level fields are supported"
            *parents, last = path.split(".")
            _put(_nested(after, parents), last, _UPDATES[name](after.get(path, []), operand))
    return after


def _nested(document: Document, names: Sequence[str]) -> Any:
    """The document or array at this path, made where it is missing."""
    value: Any = document
    for name in names:
        if isinstance(value, list) and int(name) == len(value):
            value.append({})
        value = value[int(name)] if isinstance(value, list) else value.setdefault(name, {})
    return value


def _put(container: Any, name: str, value: Any) -> None:
    container[int(name) if isinstance(container, list) else name] = value


_UPDATES: Mapping[str, Callable[[Any, Any], Any]] = {
    "$set": lambda _, operand: operand,
    "$push": lambda value, operand: [*value, *operand["$each"]],
    "$pull": lambda value, operand: [item for item in value if not matches(item, operand)],
}


def evaluated(expression: Any, document: Mapping[str, Any]) -> Any:
    """An aggregation expression: literals, fields (`$name`), `$concat`, and objects and arrays of them."""
    if isinstance(expression, str) and expression.startswith("$"):
        return value_at(document, expression[1:])
    if isinstance(expression, Mapping):
        if "$literal" in expression:
            return expression["$literal"]
        if "$concat" in expression:
            return "".join(evaluated(part, document) for part in expression["$concat"])
        return {name: evaluated(value, document) for name, value in expression.items()}
    if isinstance(expression, list):
        return [evaluated(item, document) for item in expression]
    return expression
