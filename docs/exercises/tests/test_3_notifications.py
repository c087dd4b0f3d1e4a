"""Exercise 3: a service that tells buyers what happened to their orders, as a part of the running system."""

from pathlib import Path

import pytest

from ticketing_common.mongo import new_id
from ticketing_local.settings import SERVICES
from ticketing_test_support.api import ApiClient, Json, NewClient
from ticketing_test_support.gateway_routes import gateway_routes
from ticketing_test_support.stack import Stack, ticketing
from ticketing_test_support.waiting import eventually

ROOT = Path(__file__).parents[3]
PATH = "/api/notifications"


@pytest.fixture(autouse=True, scope="session")
def _service_is_listed() -> None:
    """Without it there is no need to start the stack."""
    assert "notifications" in SERVICES, "add the service to SERVICES in ticketing_local.settings"


async def notifications(client: ApiClient) -> list[Json]:
    response = await client.http.get(PATH)
    assert response.status_code == 200, response.text
    found: list[Json] = response.json()
    return found


async def notified(client: ApiClient, *kinds: str) -> list[Json]:
    """The notifications, newest first, once they are of these kinds."""

    async def are_there() -> bool:
        return [item["kind"] for item in await notifications(client)] == list(kinds)

    await eventually(are_there, within=30, what=f"the buyer having the notifications {kinds}")
    return await notifications(client)


def inject(stack: Stack, *fault: str) -> None:
    """`ticketing chaos run`, which audits the stack afterwards."""
    done = ticketing("chaos", "run", *fault, STATE_DIR=str(stack.state_dir))
    assert done.returncode == 0, done.stdout + done.stderr


async def test_buyer_is_told_that_the_order_is_paid(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.buy(await seller.create_ticket(title="Opera gala, row C"))
    (shown,) = await notified(buyer, "bought")
    assert (shown["orderId"], shown["title"]) == (order["id"], "Opera gala, row C")
    assert shown.keys() == {"id", "orderId", "kind", "title", "createdAt"}


async def test_buyer_is_told_that_the_reservation_expired(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    await buyer.create_order(await seller.create_ticket())
    await notified(buyer, "expired")


async def test_buyer_who_cancels_is_not_told(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    assert (await buyer.cancel(await buyer.create_order(await seller.create_ticket()))).status_code == 204
    await buyer.buy(await seller.create_ticket())
    await notified(buyer, "bought")


async def test_only_the_buyer_sees_it(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    await buyer.buy(await seller.create_ticket())
    await notified(buyer, "bought")
    assert await notifications(seller) == []
    async with ApiClient(str(buyer.http.base_url)).http as anonymous:
        assert (await anonymous.get(PATH)).status_code == 401


async def test_list_has_pages(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    orders = [await buyer.buy(await seller.create_ticket()) for _ in range(2)]
    await notified(buyer, "bought", "bought")
    first = await buyer.http.get(PATH, params={"limit": 1})
    second = await buyer.http.get(first.links["next"]["url"])
    assert {page.json()[0]["orderId"] for page in (first, second)} == {order["id"] for order in orders}
    assert (await buyer.http.get(PATH, params={"after": new_id(), "limit": 1})).status_code == 200


async def test_redelivered_events_and_a_crash_change_nothing(stack: Stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    await buyer.buy(await seller.create_ticket())
    await notified(buyer, "bought")
    inject(stack, "redeliver")
    inject(stack, "kill", "notifications")
    await buyer.buy(await seller.create_ticket())
    await notified(buyer, "bought", "bought")


def test_it_is_deployed_like_the_others() -> None:
    assert gateway_routes().get(PATH) == "notifications"
    names = ("infra/k8s/notifications.yaml", "infra/k8s/notifications-mongo.yaml", "notifications/requirements.lock")
    assert [name for name in names if not (ROOT / name).is_file()] == []
    assert [*(ROOT / "notifications/tests").glob("test_*.py")] != []
