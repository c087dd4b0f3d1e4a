"""The running services respond as their OpenAPI documents say, to valid and invalid requests generated from them.

Schemathesis runs with all its checks: valid requests are accepted, invalid ones rejected, every status and body is
documented, a route that requires the session refuses to work without one. `make test-long` sends more requests.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ticketing_local.state import StateDir
from ticketing_test_support.api import NewClient
from ticketing_test_support.stack import Stack

HERE = Path(__file__).parent
CONFIGURATION = HERE / "schemathesis.toml"
# Of services that have public routes.
DOCUMENTS = [
    path for path in sorted((HERE.parent / "docs" / "api").glob("*.openapi.json")) if '"/api/' in path.read_text()
]
SCHEMATHESIS = [sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(CONFIGURATION), "run"]


def run_schemathesis(document: Path, url: str, folder: Path, variables: Mapping[str, str]) -> str:
    """What it prints if it finds anything, else nothing."""
    requests = ["--max-examples", os.environ.get("RUNS", "5"), "--seed", os.environ.get("SEED", "1")]
    done = subprocess.run(
        [*SCHEMATHESIS, *requests, "--url", url, str(document)],
        cwd=folder,
        env={**os.environ, **variables, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


# The gateway and the web framework add them to any response.
COMMON_HEADERS = {
    *("cache-control", "content-length", "content-type", "date", "referrer-policy", "server", "vary", "via"),
    *("set-cookie", "x-content-type-options", "x-request-id"),
}


def documented_headers(path: str, method: str, status: int) -> set[str]:
    document = json.loads((HERE.parent / "docs/api/tickets.openapi.json").read_text())
    return {name.lower() for name in document["paths"][path][method]["responses"][str(status)].get("headers", {})}


async def test_headers_of_responses_are_documented(stack: Stack, new_client: NewClient) -> None:
    user = await new_client()
    made = await user.http.post("/api/tickets", json={"title": "First", "price": 1})
    await user.http.post("/api/tickets", json={"title": "Second", "price": 1})
    one = f"/api/tickets/{made.json()['id']}"
    responses = {
        ("/api/tickets", "post", 201): made,
        ("/api/tickets", "get", 200): await user.http.get("/api/tickets?seller=me&limit=1&q=t"),
        ("/api/tickets/{ticket_id}", "get", 200): await user.http.get(one),
        ("/api/tickets/{ticket_id}", "put", 200): await user.http.put(one, json={"title": "New", "price": 2}),
    }
    for route, response in responses.items():
        assert response.status_code == route[2]
        assert {*response.headers.keys()} - COMMON_HEADERS - documented_headers(*route) == set(), route


@pytest.mark.timeout(1200)
async def test_services_respond_as_documented(stack: Stack, new_client: NewClient, tmp_path: Path) -> None:
    user = await new_client()
    variables = {
        "SESSION": user.http.cookies["session"],
        "USER_ID": user.id,
        "STRIPE_WEBHOOK_SECRET": f"whsec_{StateDir(stack.state_dir).secret('webhook-secret')}",
    }
    found = await asyncio.gather(
        *(asyncio.to_thread(run_schemathesis, document, stack.url, tmp_path, variables) for document in DOCUMENTS)
    )
    if any(found):
        pytest.fail("\n".join(found), pytrace=False)
