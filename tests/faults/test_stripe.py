"""Stripe loses its answer after the charge, takes 15 s, or answers 500, while people pay."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from ticketing_test_support.crowd import Crowd
from ticketing_test_support.stack import Stack

CONFIRM, CREATE = "/v1/payment_intents/*/confirm", "/v1/payment_intents"
HITS = 8


@pytest.fixture
async def emulator(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """Its own routes; no fault outlives the test."""
    async with httpx.AsyncClient(base_url=f"{stack.urls()['stripe']}/emulator", timeout=30, trust_env=False) as http:
        yield http
        await http.delete("/faults")


FAULTS: list[dict[str, Any]] = [
    {"kind": "drop", "path": CONFIRM},
    {"kind": "drop", "path": CREATE, "method": "POST"},
    {"kind": "delay", "path": CONFIRM, "when": "after", "seconds": 15},
    {"kind": "delay", "path": CONFIRM, "when": "before", "seconds": 15},
    {"kind": "error", "path": "*"},
    {"kind": "error", "path": CONFIRM, "when": "after"},
    {"kind": "error", "path": CREATE, "method": "POST", "when": "after"},
]


def name(fault: dict[str, Any]) -> str:
    """As it stands in the list of tests."""
    return f"{fault['kind']} {fault.get('when', '')} {fault['path'].rpartition('/')[2]}"


@pytest.mark.parametrize("fault", FAULTS, ids=name)
async def test_every_cent_is_explained_when_stripe_has_this_fault(
    emulator: httpx.AsyncClient, crowd: Crowd, all_is_well, fault: dict[str, Any]
) -> None:
    async with crowd.shopping():
        await crowd.sales(3)
        armed = await emulator.post("/faults", json={**fault, "count": HITS})
        assert armed.is_success, armed.text
        while (await emulator.get("/faults")).json()["faults"]:
            await crowd.sales(1)
        await crowd.sales(5)
    await all_is_well()
