"""Write the services' OpenAPI documents into client/openapi, from which the client's types are generated.

`--check` writes nothing: exit status 1, with the names of the stale documents, when a service has moved on.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

SERVICES = ("auth", "tickets", "orders", "payments")
FOLDER = Path(__file__).resolve().parents[1] / "openapi"

# Enough for a service to describe itself; nothing connects to these.
SETTINGS = {
    "mongo_uri": "mongodb://localhost/openapi",
    "nats_url": "nats://localhost",
    "jwt_secret": "not-a-secret-nothing-is-signed-with-it",
    "stripe_key": "sk_test_openapi",
}


def document(service: str) -> str:
    """The service's OpenAPI document as the text of its file; the routes of the cluster alone are left out."""
    settings = importlib.import_module(f"ticketing_{service}.settings").Settings(**SETTINGS)
    found: dict[str, Any] = importlib.import_module(f"ticketing_{service}.app").create_app(settings).openapi()
    found["paths"] = {path: item for path, item in found["paths"].items() if path.startswith("/api/")}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def stale() -> list[Path]:
    """The files that no longer say what the services say."""
    return [path for path, text in _documents().items() if not path.exists() or path.read_text() != text]


def main() -> int:
    """Write or check; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether the files are up to date")
    if not parser.parse_args().check:
        for path, text in _documents().items():
            path.write_text(text)
        return 0
    names = ", ".join(path.name for path in stale())
    if names:
        sys.stderr.write(f"client/openapi is out of date ({names}): run `npm run types` in client/ and commit\n")
    return int(bool(names))


def _documents() -> dict[Path, str]:
    return {FOLDER / f"{service}.json": document(service) for service in SERVICES}


if __name__ == "__main__":
    sys.exit(main())
