"""What the gateway answers by itself."""

import json

WELCOME = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Ticketing</title>
<style>
body {{ font: 1rem/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark }}
</style>
<h1>Ticketing</h1>
<p>The stack is up. This is its API; the web client is not part of this stack.</p>
<ul>
<li><a href="/api/tickets">/api/tickets</a>: the tickets that can be bought</li>
<li><a href="/api/users/currentuser">/api/users/currentuser</a>: who is signed in</li>
</ul>
<p>{money}</p>
</html>
"""


def error_body(message: str) -> str:
    """The one error envelope of all services."""
    return json.dumps({"errors": [{"message": message}]})
