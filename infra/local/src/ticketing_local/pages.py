"""What the gateway answers by itself."""

import json

# Looks again by itself: the supervisor is already restarting what died.
CLOSED = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="3">
<title>Not available · Ticketing</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui; max-width: 32rem; margin: 20vh auto 0; padding: 0 1rem; text-align: center;
  background: light-dark(#faf7f1, #14120f); color: light-dark(#1c1a17, #f4eee3) }
</style>
<h1>The box office is closed for a moment</h1>
<p>Nothing is lost: your orders show what you have paid. This page looks again by itself.</p>
</html>
"""


def error_body(message: str) -> str:
    """The one error envelope of all services."""
    return json.dumps({"errors": [{"message": message}]})
