"""The JSON schema of prices in requests: exactly the amounts that a currency allows."""

from collections.abc import Iterator
from typing import Any

from ticketing_common.currency import Currency


def price_schema(currency: Currency) -> dict[str, Any]:
    """A number or a decimal string in major units, within the currency's bounds."""
    number = {
        "type": "number",
        "minimum": currency.to_major(currency.minimum),
        "maximum": currency.to_major(currency.maximum),
        "multipleOf": currency.to_major(currency.step),
    }
    return {
        "anyOf": [number, {"type": "string", "pattern": decimal_pattern(currency)}],
        "description": f"In major units of {currency.code.upper()}",
    }


def price_limit_schema(currency: Currency) -> dict[str, Any]:
    """A decimal string in major units, of any amount."""
    decimals = f"(\\.[0-9]{{1,{currency.digits}}})?" if currency.digits else ""
    return {
        "type": "string",
        "pattern": f"^[0-9]{{1,12}}{decimals}$",
        "description": f"In major units of {currency.code.upper()}",
    }


def decimal_pattern(currency: Currency) -> str:
    """A regular expression for the same amounts as decimal strings, without superfluous zeros in front.

    In steps of the currency, the maximum consists of nines.
    """
    zeros = len(str(currency.step)) - 1
    decimals = currency.digits - zeros
    minimum = str(currency.minimum // currency.step).rjust(decimals + 1, "0")
    whole, fraction = minimum[: len(minimum) - decimals], minimum[len(minimum) - decimals :]
    most_digits = len(str(currency.maximum // currency.step)) - decimals
    first = str(int(whole) + 1) if int(fraction or 0) else whole
    wholes = "|".join([*_at_least(first), f"[1-9]{_any(len(first), most_digits - 1)}"])
    if not decimals:
        return f"^(?:{wholes})$"
    end = f"0{{0,{zeros}}}" if zeros else ""
    below = "" if first == whole else f"|{whole}\\.(?:{'|'.join(_at_least(fraction, shorter=True))}){end}"
    return f"^(?:(?:{wholes})(?:\\.{_any(1, decimals)}{end})?{below})$"


def _at_least(digits: str, *, shorter: bool = False) -> Iterator[str]:
    """Patterns of the numbers of as many digits that are not smaller; those of fractions may be `shorter`."""
    significant = digits.rstrip("0")
    for place, digit in enumerate(significant):
        lowest = int(digit) + (place < len(significant) - 1)
        following = len(digits) - place - 1
        if lowest <= 9:  # noqa: PLR2004 (the last digit)
            yield f"{digits[:place]}[{lowest}-9]{_any(0 if shorter else following, following)}"


def _any(least: int, most: int) -> str:
    return f"[0-9]{{{least},{most}}}" if most else ""
