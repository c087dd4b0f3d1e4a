"""A process kills itself around the writes of requests with an Idempotency-Key: sent again, they have one effect."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from ticketing_test_support.api import GOOD_CARD, ApiClient, Json, api_clients
from ticketing_test_support.crashes import CrashPoint, crashes_in
from ticketing_test_support.faults import restarted_with
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

CRASHES = 3
WINDOW_SECONDS = 60  # longer than a process takes to start again, and a twin to take over its request


async def post(user: ApiClient, path: str, **body: Any) -> Json:
    """The response of the request, sent again until it has succeeded."""
    key, response = f"{path} {body}", httpx.Response(503)

    async def succeeds() -> bool:
        nonlocal response
        try:
            response = await user.http.post(path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return False
        return response.status_code == 201

    await eventually(succeeds, within=60, what=f"{path} succeeding")
    found: Json = response.json()
    return found


@pytest.mark.parametrize("point", [CrashPoint.BEFORE_WRITE, CrashPoint.AFTER_WRITE])
@pytest.mark.parametrize("name", ["tickets", "orders-1", "payments"])
async def test_requests_of_a_killed_process_have_one_effect(
    stack: Stack, verify_guarantees: Any, tmp_path: Path, name: str, point: CrashPoint
) -> None:
    sold = Counter[str]()
    settings = {"CRASH_POINT": point, "CRASH_LOG": str(tmp_path), "CRASHES": str(CRASHES)}
    async with api_clients(stack.url) as new_client:
        seller, buyer = await new_client(), await new_client()
        with restarted_with(stack, name, wrapper=("-m", "ticketing_test_support.crashes"), **settings):
            while crashes_in(tmp_path) < CRASHES:
                ticket = await post(seller, "/api/tickets", title=f"Seat {len(sold)}", price=20)
                order = await post(buyer, "/api/orders", ticketId=ticket["id"])
                await post(buyer, "/api/payments", orderId=order["id"], token=GOOD_CARD)
                sold[ticket["id"]] += 1
        listed = (await seller.http.get("/api/tickets?seller=me&limit=100")).json()
        ordered = (await buyer.http.get("/api/orders?limit=100")).json()
    assert Counter(ticket["id"] for ticket in listed) == sold
    assert Counter(order["ticket"]["id"] for order in ordered) == sold
    await verify_guarantees()
