"""What people do so that a use case runs, a process dies in it, and what must have come of it all the same.

Each story gets a market and a `fatal`: inside `async with fatal(about)` the process dies at the cell's point, in the
work on what contains `about`; when it is left, another process runs. What follows is what a person would do then. It
holds as well where no process came to the point.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from http import HTTPStatus

from ticketing_test_support.crashing.customer import PRICE
from ticketing_test_support.crashing.deaths import Fatal
from ticketing_test_support.crashing.market import Market
from ticketing_test_support.crashing.stack import WINDOW_SECONDS
from ticketing_test_support.persistence import CAREFUL_CARD, DECLINED_CARD, PAUSE_SECONDS
from ticketing_test_support.recorder import eventually

AT_ONCE, LATER = timedelta(0), timedelta(hours=1)

Story = Callable[[Market, Fatal], Awaitable[None]]


async def sign_up(market: Market, fatal: Fatal) -> None:
    """One account, whether or not the first try was stored."""
    async with market.stranger() as visitor:
        async with fatal(visitor.email):
            status, _ = await visitor.asks("POST", "/api/users/signup", visitor.credentials, settled=(201, 400))
        if status == HTTPStatus.BAD_REQUEST:  # stored by the first try, whose answer was lost
            await visitor.asks("POST", "/api/users/signin", visitor.credentials, settled=(200,))
        await visitor.lists()


async def list_a_ticket(market: Market, fatal: Fatal) -> None:
    """One ticket, which can be bought."""
    title = f"Seat {secrets.token_hex(6)}"
    async with fatal(title):
        ticket = await market.seller.lists(title)
    await market.ends_well(await market.buyer.orders(ticket))


async def edit_a_ticket(market: Market, fatal: Fatal) -> None:
    """It is sold at the new price."""
    ticket = await market.seller.lists()
    new = {"title": ticket["title"], "price": PRICE + 1.5}
    async with fatal(ticket["id"]):
        await market.seller.asks("PUT", f"/api/tickets/{ticket['id']}", new, settled=(200,))
    async with asyncio.timeout(market.buyer.patience):
        while (order := await market.buyer.orders(ticket))["ticket"]["price"] != new["price"]:
            await market.buyer.gives_up(order)
            await asyncio.sleep(1)
    await market.ends_well(order)


async def place_an_order(market: Market, fatal: Fatal) -> None:
    """One order, which can be paid."""
    ticket = await market.seller.lists()
    async with fatal(ticket["id"]):
        order = await market.buyer.orders(ticket)
    await market.ends_well(order)


async def cancel_an_order(market: Market, fatal: Fatal) -> None:
    """It is cancelled, and somebody else can have the ticket."""
    order = await market.order()
    await market.seller.sees_taken(order["ticket"])
    async with fatal(order["ticket"]["id"]):
        await market.buyer.gives_up(order)
    await market.other.gives_up(await market.other.orders(order["ticket"]))


async def forget_an_order(market: Market, fatal: Fatal) -> None:
    """It expires, and somebody else can have the ticket."""
    order = await market.order()
    async with fatal(order["id"]):
        await market.buyer.sees(order, "cancelled", "expired")
    await market.buyer.sees(order, "cancelled", "expired")
    await market.other.gives_up(await market.other.orders(order["ticket"]))


async def forget_until_the_timer_rings(market: Market, fatal: Fatal) -> None:
    """Likewise; the sweep may be first on a busy machine, and then the next order has another try."""
    async with fatal() as may_come:
        while may_come():
            order = await market.order()
            await market.buyer.sees(order, "cancelled", "expired")
    await market.other.gives_up(await market.other.orders(order["ticket"]))


async def forget_while_the_worker_is_still(market: Market, fatal: Fatal) -> None:
    """No timer rings: the sweep fires, and dies of it."""
    async with market.frozen("expiration-worker"), fatal():
        order = await market.order()
        await market.buyer.sees(order, "cancelled", "expired")
    await market.other.gives_up(await market.other.orders(order["ticket"]))


async def be_heard_of_too_late(market: Market, fatal: Fatal) -> None:
    """The order's time is over before expiration hears of it: it fires at once."""
    async with AsyncExitStack() as frozen:
        await frozen.enter_async_context(market.frozen("expiration"))
        order = await market.order()
        await asyncio.sleep(WINDOW_SECONDS)
        async with fatal(order["id"]):
            await frozen.aclose()
    await market.buyer.sees(order, "cancelled", "expired")


async def pay(market: Market, fatal: Fatal) -> None:
    """Charged once, and complete."""
    order = await market.order()
    async with fatal(order["id"]):
        await market.buyer.pays(order)
    await market.ends_well(order)


async def be_declined(market: Market, fatal: Fatal) -> None:
    """Another card pays."""
    order = await market.order()
    async with fatal(order["id"]):
        await market.buyer.pays(order, DECLINED_CARD, settled=(402, 400))
    await market.ends_well(order)


async def satisfy_the_bank(market: Market, fatal: Fatal) -> None:
    """What Stripe tells by webhook completes the order."""
    order = await market.order()
    body = {"orderId": order["id"], "token": CAREFUL_CARD}
    _, paid = await market.buyer.asks("POST", "/api/payments", body, settled=(201,))
    intent_id = await market.satisfy_bank(paid["clientSecret"])
    async with fatal(order["id"]):
        await market.until_heard(intent_id)
    await market.buyer.sees(order, "complete")


async def be_called_off(market: Market, fatal: Fatal) -> None:
    """A card was declined and the order is given up: its intent takes no money any more."""
    order = await market.declined()
    async with fatal(order["id"]):
        await market.buyer.gives_up(order)
    await market.sees_intent(order, "canceled")


async def pay_unnoticed_and_be_asked_about(market: Market, fatal: Fatal) -> None:
    """The reconciler finds the charge, and the order is complete."""
    order = await market.charged_unnoticed()
    async with fatal(order["id"]) as may_come:
        while may_come():
            await market.reconciler_asks(order, within=AT_ONCE)
            await asyncio.sleep(1)
    async with asyncio.timeout(market.buyer.patience):
        while (await market.buyer.order(order))["status"] != "complete":
            await market.reconciler_asks(order, within=AT_ONCE)
            await asyncio.sleep(1)


async def pay_unnoticed_and_run_out_of_time(market: Market, fatal: Fatal) -> None:
    """The charge is found out when the order has expired: it is brought back."""
    order = await market.charged_unnoticed()
    await market.reconciler_asks(order, within=LATER)
    async with fatal(order["id"]):
        pass
    bought = await market.buyer.sees(order, "complete")
    assert [line["step"] for line in bought["history"]][-1] == "reinstated", bought


async def pay_unnoticed_and_give_up(market: Market, fatal: Fatal) -> None:
    """The charge is found out when the order was given up: it goes back, once."""
    order = await market.charged_unnoticed()
    async with fatal(order["id"]):
        await market.buyer.gives_up(order)

    async def is_refunded() -> bool:
        await asyncio.sleep(PAUSE_SECONDS)
        return bool((await market.buyer.order(order))["payment"]["refunded"] == PRICE)

    await eventually(is_refunded, within=market.buyer.patience, what="the refund")
    refunds = await market.refunds(order)
    assert [refund["amount"] for refund in refunds] == [PRICE * 100], refunds
