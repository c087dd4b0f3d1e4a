"""Write the services' OpenAPI documents to client/openapi, from which the client's types are generated.

With `--check` nothing is written; the exit status is 1 if a document is out of date.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

SERVICES = ("auth", "tickets", "orders", "payments")
FOLDER = Path(__file__).resolve().parents[1] / "openapi"

# Required settings; nothing connects to these.
SETTINGS = {
    "mongo_uri": "mongodb://localhost/openapi",
    "nats_url": "nats://localhost",
    "jwt_secret": "not-a-secret-only-for-this-export",
    "stripe_key": "sk_test_openapi",
}


def document(service: str) -> str:
    """The service's OpenAPI document as JSON, without the internal routes."""
    settings = importlib.import_module(f"ticketing_{service}.settings").Settings(**SETTINGS)
    openapi: dict[str, Any] = importlib.import_module(f"ticketing_{service}.app").create_app(settings).openapi()
    openapi["paths"] = {path: item for path, item in openapi["paths"].items() if path.startswith("/api/")}
    return json.dumps(openapi, indent=2, ensure_ascii=False) + "\n"


def stale() -> list[Path]:
    """The files that are out of date."""
    return [path for path, text in _documents().items() if not path.exists() or path.read_text() != text]


def main() -> int:
    """Write or check; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only check whether the files are up to date")
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
