"""The current and the previous release share one database and broker, as during a rollout or after an undo."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_test_support import previous_release
from ticketing_test_support.api import ApiClient, Json, api_clients, found
from ticketing_test_support.stack import Stack, started, ticketing
from ticketing_test_support.waiting import eventually

COMMAND = (sys.executable, "-m", "ticketing_test_support.previous_release")
REPEATS = 5  # of each scenario, so that both releases handle each step of it
REPLICATED = ("auth-", "tickets-", "orders-", "payments-")
# Payments learns of a charge only after some seconds, by the response.
SLOW_RESPONSE = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": 6}
NO_WEBHOOKS = {"kind": "withhold"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Replica 1 of each service is of the previous release, replica 2 of the current one."""
    folder = tmp_path_factory.mktemp("releases")
    try:
        sources = previous_release.extract(previous_release.previous_commit(), folder / "previous")
    except previous_release.CommitMissingError as missing:
        pytest.skip(str(missing))
    environment = {"REPLICAS": previous_release.REPLICAS, "PREVIOUS_RELEASE": str(sources)}
    with started(
        folder / "state", free_gateway_port(), COMMAND, EXPIRATION_WINDOW_SECONDS="12", **environment
    ) as stack:
        yield stack


@pytest.mark.timeout(120)
async def test_ticket_withdrawn_in_the_current_release_is_listed_by_neither(stack: Stack) -> None:
    urls = stack.urls()
    async with api_clients(stack.url) as new_client:
        seller = await new_client()
        tickets = [await seller.create_ticket() for _ in range(REPEATS)]
        for ticket in tickets:
            headers = {"Cookie": f"session={seller.http.cookies['session']}"}
            response = await seller.http.delete(f"{urls['tickets-2']}/api/tickets/{ticket['id']}", headers=headers)
            assert response.status_code == 204
        for name in ("tickets-1", "tickets-2"):
            listed = (await seller.http.get(f"{urls[name]}/api/tickets?limit=100")).json()
            assert {each["id"] for each in listed}.isdisjoint(each["id"] for each in tickets)
    audit = ticketing("audit", "--settle", "60", STATE_DIR=str(stack.state_dir))
    assert audit.returncode == 0, audit.stdout


@pytest.fixture
async def emulator(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    url = f"{stack.urls()['stripe']}/emulator"
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        yield http


@pytest.mark.timeout(300)
async def test_both_releases_handle_the_same_orders(stack: Stack, emulator: httpx.AsyncClient) -> None:
    await emulator.put("/faults", json={"faults": [SLOW_RESPONSE, NO_WEBHOOKS]})
    async with api_clients(stack.url) as new_client:
        seller = await new_client()
        buyers = {scenario: await new_client() for scenario in (purchase, expire, cancel, refund)}
        await asyncio.gather(
            *(scenario(seller, buyer, emulator) for scenario, buyer in buyers.items() for _ in range(REPEATS))
        )
    await emulator.delete("/faults")
    await emulator.post("/webhooks/release")
    handled = {name: requests(url) for name, url in stack.urls().items() if name.startswith(REPLICATED)}
    audit = ticketing("audit", "--settle", "60", STATE_DIR=str(stack.state_dir))
    assert audit.returncode == 0, audit.stdout
    assert len(handled) == 8
    assert min(handled.values()) > 0, handled


async def test_session_of_the_previous_release_can_be_revoked(stack: Stack) -> None:
    urls = stack.urls()
    user = await ApiClient(urls["auth-1"]).sign_up()
    cookie = {"Cookie": f"session={user.http.cookies['session']}"}
    await user.close()
    async with httpx.AsyncClient(headers=cookie, timeout=30, trust_env=False) as http:

        async def statuses(*services: str) -> list[int]:
            own = {"tickets": "/api/tickets?seller=me", "orders": "/api/orders"}
            return [(await http.get(urls[name] + own[name.partition("-")[0]])).status_code for name in services]

        async def is_refused() -> bool:
            return await statuses("tickets-2", "orders-2") == [401, 401]

        assert await statuses("tickets-1", "tickets-2", "orders-1", "orders-2") == [200] * 4
        assert (await http.post(urls["auth-2"] + "/api/users/signout")).status_code == 200
        await eventually(is_refused, within=30, what="the current release refusing the session")


def test_shallow_clone_gets_a_clear_message(tmp_path: Path) -> None:
    with pytest.raises(previous_release.CommitMissingError, match="run `git fetch --unshallow`"):
        previous_release.extract("0" * 40, tmp_path)


async def purchase(seller: ApiClient, buyer: ApiClient, _emulator: httpx.AsyncClient) -> None:
    found(await buyer.http.post("/api/users/signin", json=buyer.credentials))
    await buyer.buy(await seller.create_ticket())


async def expire(seller: ApiClient, buyer: ApiClient, _emulator: httpx.AsyncClient) -> None:
    order = await buyer.create_order(await seller.create_ticket())
    await buyer.wait_for_status(order, "cancelled", "expired")


async def cancel(seller: ApiClient, buyer: ApiClient, _emulator: httpx.AsyncClient) -> None:
    ticket = await seller.create_ticket()
    await buyer.cancel(await buyer.create_order(ticket))
    await buyer.create_order(ticket)


async def refund(seller: ApiClient, buyer: ApiClient, emulator: httpx.AsyncClient) -> None:
    """The buyer cancels after the charge, before payments knows of it."""
    order = await buyer.create_order(await seller.create_ticket(price=30))
    payment = asyncio.create_task(buyer.pay(order))

    async def is_charged() -> bool:
        intents: list[Json] = (await emulator.get("/ledger")).json()["payment_intents"]
        return any(each["status"] == "succeeded" and each["metadata"]["order_id"] == order["id"] for each in intents)

    await eventually(is_charged, within=30, what="the charge")
    assert (await buyer.cancel(order)).status_code == 204
    await payment
    await buyer.wait_for_payment(order, status="refunded", refunded=30)


def requests(url: str) -> float:
    """The number of API requests that a replica has handled, whatever its release calls the metric."""
    metrics = httpx.get(f"{url}/metrics", timeout=30, trust_env=False).text
    return sum(map(float, re.findall(r'^http\w+_(?:total|count)\{[^}]*"/api/[^}]*\} (\S+)$', metrics, re.MULTILINE)))
