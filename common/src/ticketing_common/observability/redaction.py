"""Nothing that opens a door or names a card reaches a log: secrets are cut by key and by shape."""

import re
from collections.abc import MutableMapping
from typing import Any

CUT = "[redacted]"
_KEYS = re.compile(r"password|secret|token|cookie|authorization|card|api_?key|jwt", re.IGNORECASE)
_SHAPES = re.compile(
    r"""
      (?<![A-Za-z0-9]) (?: [sr]k_(?:test|live)_\w+ | whsec_\w+ | (?:pi|seti)_\w+_secret_\w+ | (?:ctoken|tok|pm)_\w+ )
    | eyJ[\w-]+\.[\w-]+\.[\w-]*                        # a JWT
    | (?<=://) [^/\s"'<>]+ (?=@)                        # the credentials of a URL
    | (?i: (?<=cookie:\ ) [^\r\n]+ | \bsession=[^;\s"']+ | \bbearer\ +[^\s"']+ )
    """,
    re.VERBOSE,
)
# Printed on a card: in one piece, in fours, or as American Express does (4-6-5). Networks begin with 2 to 6, which
# leaves alone all of today's timestamps, whatever their unit; neither an id nor a decimal fraction is looked into.
_CARD = re.compile(
    r"(?<![\w.-])(?:[2-6]\d{12,18}|[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{1,7}|3[47]\d{2}([ -])\d{6}\2\d{5})(?![\w-]|\.\d)"
)
_PLAIN = (int, float, type(None))


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the event with every secret replaced by `[redacted]`."""
    return {key: value if key.startswith("_") else _clean_item(key, value) for key, value in event.items()}


def redact_text(text: str) -> str:
    """`text` with every key, token, credential and card number replaced."""
    return _CARD.sub(_cut_card, _SHAPES.sub(CUT, text))


def _clean_item(key: object, value: Any) -> Any:
    return CUT if _KEYS.search(str(key)) else _clean(value)


def _clean(value: Any) -> Any:
    """`value` as JSON can hold it: what it does not know is written out here, where secrets are cut."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, dict):
        return {str(key): _clean_item(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return redact_text(str(value))


def _cut_card(match: re.Match[str]) -> str:
    digits = [int(char) for char in match[0] if char.isdigit()]
    return CUT if _luhn(digits) else match[0]


def _luhn(digits: list[int]) -> bool:
    """Whether the check digit is right (ISO/IEC 7812): nine of ten other numbers of that length fail it."""
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
