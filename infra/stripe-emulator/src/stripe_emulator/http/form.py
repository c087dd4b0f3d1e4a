"""Stripe's form encoding: `card[token]=tok_visa&expand[]=latest_charge` parsed to a tree."""

import re
from collections.abc import Iterable
from typing import Union
from urllib.parse import parse_qsl

from stripe_emulator.http.errors import InvalidRequest

Node = Union[str, "Tree"]
Tree = dict[str, Node]

MAX_FIELDS = 1000
_KEY = re.compile(r"(?P<name>[^\[\]]+)(?P<rest>(?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def parse(raw: bytes) -> Tree:
    """Parse a form or a query string; lists become trees with the keys "0", "1", …

    Raises:
        InvalidRequest: it is not a form, not UTF-8, or has more than MAX_FIELDS fields.
    """
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise InvalidRequest(
            f"Invalid request: send at most {MAX_FIELDS} form-encoded fields, in UTF-8 "
            "(content type application/x-www-form-urlencoded)."
        ) from None
    return _to_tree(pairs)


def _to_tree(pairs: Iterable[tuple[str, str]]) -> Tree:
    tree: Tree = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        if match is None:
            raise InvalidRequest("Invalid request: field names must look like name, name[key] or name[].")
        _insert(tree, [match["name"], *_PART.findall(match["rest"])], value)
    return tree


def _insert(tree: Tree, path: list[str], value: str) -> None:
    *branches, leaf = path
    for name in branches:
        branch = tree.setdefault(_key_in(tree, name), {})
        if isinstance(branch, str):
            raise InvalidRequest(
                f"Invalid request: {path[0]} is given both as a value and as an object.", param=path[0]
            )
        tree = branch
    tree[_key_in(tree, leaf)] = value


def _key_in(tree: Tree, name: str) -> str:
    return name or str(len(tree))
