"""Puts the page's script together: its parts share one scope and leave nothing but `window.Stripe`."""

import functools
import json
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PARTS = ("requests.js", "cards.js", "card_form.js", "bank_dialog.js", "elements.js", "stripe.js")
STYLE = "card_form.css"


def page_routes() -> list[Route]:
    """Where the real Stripe.js would be."""
    return [Route("/v3/", script, methods=["GET"])]


async def script(_: Request) -> Response:
    """The script; it is small and of this machine, so that nothing need be kept."""
    return Response(script_text(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@functools.cache
def script_text() -> str:
    """All parts inside one function; the style comes in as the constant STYLE."""
    here = files(__package__)
    parts = [here.joinpath(name).read_text(encoding="utf-8") for name in PARTS]
    style = f"const STYLE = {json.dumps(here.joinpath(STYLE).read_text(encoding='utf-8'))};\n"
    return "".join(['(() => {\n"use strict";\n', style, *parts, "})();\n"])
