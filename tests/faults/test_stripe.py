"""Stripe loses its response, takes 15 s, or responds 500, while users pay."""

from typing import Any

import httpx
import pytest

CONFIRM, CREATE = "/v1/payment_intents/*/confirm", "/v1/payment_intents"
TIMES = 8
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
    return f"{fault['kind']} {fault.get('when', '')} {fault['path'].rpartition('/')[2]}"


@pytest.mark.parametrize("fault", FAULTS, ids=name)
async def test_all_money_is_reconciled_after_stripe_fault(
    stripe: httpx.AsyncClient, load, verify_guarantees, fault: dict[str, Any]
) -> None:
    async with load.running():
        await load.sales(3)
        armed = await stripe.post("/emulator/faults", json={**fault, "count": TIMES})
        assert armed.is_success, armed.text
        while (await stripe.get("/emulator/faults")).json()["faults"]:
            await load.sales(1)
        await load.sales(5)
    await verify_guarantees()
