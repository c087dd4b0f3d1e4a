"""Assembles the page script: its parts share one scope and define nothing but `window.Stripe`."""

import functools
import json
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from stripe_emulator.resources.currencies import THREE_DECIMAL, ZERO_DECIMAL

PARTS = ("card_checks.js", "card_form.js", "authentication_dialog.js", "elements.js", "stripe.js")


async def script(_: Request) -> Response:
    """The assembled script."""
    return Response(script_text(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@functools.cache
def script_text() -> str:
    """All parts inside one function, with the constants STYLE and DECIMALS (where a currency's are not two)."""
    read = {name: files(__package__).joinpath(name).read_text(encoding="utf-8") for name in (*PARTS, "card_form.css")}
    decimals = {**dict.fromkeys(sorted(ZERO_DECIMAL), 0), **dict.fromkeys(sorted(THREE_DECIMAL), 3)}
    constants = f"const STYLE = {json.dumps(read.pop('card_form.css'))};\nconst DECIMALS = {json.dumps(decimals)};\n"
    return "".join(['(() => {\n"use strict";\n', constants, *read.values(), "})();\n"])
