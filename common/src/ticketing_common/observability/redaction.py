"""Redaction of secrets and card numbers in logs, by key and by pattern."""

import re
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"
_KEYS = re.compile(r"password|secret|token|cookie|authorization|card|api_?key|jwt", re.IGNORECASE)
_SECRETS = re.compile(
    r"""
      (?<![A-Za-z0-9]) (?: [sr]k_(?:test|live)_\w+ | whsec_\w+ | (?:pi|seti)_\w+_secret_\w+ | (?:ctoken|tok|pm)_\w+ )
    | eyJ[\w-]+\.[\w-]+\.[\w-]*                        # a JWT
    | (?<=://) [^/\s"'<>]+ (?=@)                        # the credentials of a URL
    | (?i: (?<=cookie:\ ) [^\r\n]+ | \bsession=[^;\s"']+ | \bbearer\ +[^\s"']+ )
    """,
    re.VERBOSE,
)
# Card numbers in one piece, in groups of four, or 4-6-5 (American Express). They begin with 2 to 6, which excludes
# current timestamps in any unit. Parts of ids and of decimal fractions do not match.
_CARD = re.compile(
    r"(?<![\w.-])(?:[2-6]\d{12,18}|[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{1,7}|3[47]\d{2}([ -])\d{6}\2\d{5})(?![\w-]|\.\d)"
)
_PLAIN = (int, float, type(None))


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that replaces secrets by `[redacted]`."""
    return {key: value if key.startswith("_") else _redact_item(key, value) for key, value in event.items()}


def redact_text(text: str) -> str:
    """`text` with keys, tokens, credentials and card numbers replaced."""
    return _CARD.sub(_redact_card, _SECRETS.sub(REDACTED, text))


def _redact_item(key: object, value: Any) -> Any:
    return REDACTED if _is_secret(str(key)) else _redact_value(value)


@lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    return _KEYS.search(key) is not None


def _redact_value(value: Any) -> Any:
    """`value` in JSON types; others are converted to text here, so that it is redacted too."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, dict):
        return {str(key): _redact_item(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact_value(item) for item in value]
    return redact_text(str(value))


def _redact_card(match: re.Match[str]) -> str:
    digits = [int(char) for char in match[0] if char.isdigit()]
    return REDACTED if _luhn(digits) else match[0]


def _luhn(digits: list[int]) -> bool:
    """Whether the check digit is valid (ISO/IEC 7812), which excludes nine of ten other numbers."""
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
