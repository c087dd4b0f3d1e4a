"""Write the API documents. With `--check` nothing is written; the status is 1 if one is out of date."""

import argparse
import sys
from pathlib import Path

from ticketing_docs.asyncapi import asyncapi_document
from ticketing_docs.joined import joined
from ticketing_docs.openapi import openapi_document
from ticketing_local.settings import SERVICES

ROOT = Path(__file__).parents[4]
DOCUMENTS = ROOT / "docs" / "api"
# What the page at /api/docs shows: the client's image holds nothing of docs.
REFERENCE = ROOT / "client" / "api-reference"


def documents() -> dict[Path, str]:
    """The text of each document."""
    openapi = {service: openapi_document(service) for service in SERVICES}
    asyncapi = asyncapi_document()
    return {
        **{DOCUMENTS / f"{service}.openapi.json": text for service, text in openapi.items()},
        DOCUMENTS / "asyncapi.yaml": asyncapi,
        REFERENCE / "asyncapi.yaml": asyncapi,
        REFERENCE / "openapi.json": joined(list(openapi), list(openapi.values())),
    }


def main() -> int:
    """Write or check; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ticketing_docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only check whether the documents are up to date")
    files = documents()
    if not parser.parse_args().check:
        for path, text in files.items():
            path.write_text(text)
        return 0
    stale = [path.relative_to(ROOT) for path, text in files.items() if not path.exists() or path.read_text() != text]
    if stale:
        sys.stderr.write(f"API documents are out of date ({', '.join(map(str, stale))}): run `make api` and commit\n")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
