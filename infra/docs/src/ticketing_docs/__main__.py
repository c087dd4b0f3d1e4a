"""Write the API documents in docs/api. With `--check` nothing is written; the status is 1 if one is out of date."""

import argparse
import sys
from pathlib import Path

from ticketing_docs.asyncapi import asyncapi_document
from ticketing_docs.openapi import openapi_document
from ticketing_local.settings import SERVICES

DOCUMENTS = Path(__file__).parents[4] / "docs" / "api"


def documents() -> dict[Path, str]:
    """The text of each document."""
    openapi = {DOCUMENTS / f"{service}.openapi.json": openapi_document(service) for service in SERVICES}
    return {**openapi, DOCUMENTS / "asyncapi.yaml": asyncapi_document()}


def main() -> int:
    """Write or check; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ticketing_docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only check whether the documents are up to date")
    files = documents()
    if not parser.parse_args().check:
        for path, text in files.items():
            path.write_text(text)
        return 0
    stale = ", ".join(path.name for path, text in files.items() if not path.exists() or path.read_text() != text)
    if stale:
        sys.stderr.write(f"docs/api is out of date ({stale}): run `make api` and commit\n")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
