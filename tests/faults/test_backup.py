"""Everything is lost and restored from a backup that was taken under load."""

import asyncio
import shutil
from pathlib import Path

from ticketing_local.ports import free_gateway_port
from ticketing_local.settings import SERVICES
from ticketing_test_support.api import ApiClient, Json
from ticketing_test_support.load import LoadGenerator
from ticketing_test_support.stack import Stack, started, ticketing
from ticketing_test_support.waiting import eventually

WINDOW = {"EXPIRATION_WINDOW_SECONDS": "900"}
LOST = ("mongo", "nats", "redis")


def operate(stack: Stack, *arguments: str, **environment: str) -> str:
    done = ticketing(*arguments, STATE_DIR=str(stack.state_dir), **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def without_ledger(stack: Stack) -> dict[str, str]:
    """Stripe is not restored: it knows what was paid after the backup."""
    urls = stack.urls()
    databases = (f"{service}-mongo={urls['mongo']}" for service in SERVICES)
    return {"ADDRESSES": " ".join([f"nats={urls['nats']}", *databases])}


async def is_served(buyer: ApiClient, order: Json) -> bool:
    return (await buyer.http.get(f"/api/orders/{order['id']}")).is_success


async def test_lost_stack_is_restored_with_accounts_orders_and_payments(tmp_path: Path) -> None:
    state, folder, port = tmp_path / "state", tmp_path / "backup", free_gateway_port()
    with started(state, port, **WINDOW) as stack:
        seller, buyer = [await ApiClient(stack.url).sign_up() for _ in range(2)]
        paid = await buyer.buy(await seller.create_ticket())
        open_order = await buyer.create_order(await seller.create_ticket())
        load = LoadGenerator(stack.url)
        async with load.running():
            await load.sales(5)
            await asyncio.to_thread(operate, stack, "backup", str(folder))
            await load.sales(2)
        assert "nothing is overwritten" in ticketing("restore", str(folder), STATE_DIR=str(state)).stderr
    for name in LOST:
        shutil.rmtree(state / name)
    with started(state, port, **WINDOW) as stack:
        await asyncio.to_thread(operate, stack, "restore", str(folder))
        await eventually(lambda: is_served(buyer, paid), within=90, every=0.5, what="the services serving again")
        assert (await buyer.wait_for_status(paid, "complete"))["payment"]["status"] == "succeeded"
        await buyer.pay(open_order)
        await buyer.wait_for_status(open_order, "complete")
        await asyncio.to_thread(operate, stack, "audit", "--settle", "60", **without_ledger(stack))
    for client in (seller, buyer):
        await client.close()
