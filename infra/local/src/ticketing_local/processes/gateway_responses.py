"""What the gateway itself responds: the services' error envelope, or a page without scripts."""

import json
from typing import Any

Json = dict[str, Any]

JSON_TYPE = ["application/json"]
HTML_TYPE = ["text/html; charset=utf-8"]
# As in the services and on the client's pages.
_PRIVATE = {
    "Cache-Control": ["no-store"],
    "Referrer-Policy": ["no-referrer"],
    "X-Content-Type-Options": ["nosniff"],
}
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
{head}
<title>{title} · Ticketing</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui; max-width: 32rem; margin: 20vh auto 0; padding: 0 1rem; text-align: center;
  background: light-dark(#faf7f1, #14120f); color: light-dark(#1c1a17, #f4eee3) }}
</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""
# Reloads itself: the supervisor is already restarting what crashed.
UNAVAILABLE_PAGE = _PAGE.format(
    head='<meta http-equiv="refresh" content="3">',
    title="Service temporarily unavailable",
    text="Your orders and payments are not affected. This page reloads by itself.",
)
COOKIES_PAGE = _PAGE.format(
    head="",
    title="Too many cookies",
    text="The cookies of this site are larger than 8 KB. Clear them in your browser, then reload the page.",
)
LARGE_PAGE = _PAGE.format(head="", title="Request too large", text="Send at most 64 KB.")
UNSUPPORTED_PAGE = _PAGE.format(head="", title="Unsupported request", text="Use GET to read a page.")


def response(status: int | str, content_type: list[str], body: str) -> Json:
    """A complete response of the gateway's own. It ends the connection: nobody reads the rest of the request, and with
    full duplex Go panics when it finds that in place of the next one."""
    policy = {"Content-Security-Policy": [_PAGE_POLICY]} if content_type is HTML_TYPE else {}
    headers = {**_PRIVATE, **policy, "Content-Type": content_type}
    return {"handler": "static_response", "status_code": status, "headers": headers, "body": body, "close": True}


def unavailable(content_type: list[str], body: str) -> Json:
    """With the status of the error, and when to try again."""
    made = response("{http.error.status_code}", content_type, body)
    return {**made, "headers": {**made["headers"], "Retry-After": ["2"]}}


def error(message: str) -> str:
    """The error envelope of all services."""
    return json.dumps({"errors": [{"message": message}]})
