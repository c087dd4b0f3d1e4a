"""`ticketing load` on the whole system."""

import asyncio

from ticketing_ops.load.generator import Generator
from ticketing_ops.load.record import Record
from ticketing_ops.load.safety import read_order_page
from ticketing_test_support.stack import ticketing


async def test_load_ends_after_purchases_without_unexpected_responses(stack) -> None:
    options = ("--url", stack.url, "--users", "3", "--purchases", "3", "--seconds", "60")
    done = await asyncio.to_thread(ticketing, "load", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "errors    none" in done.stdout


async def test_page_of_an_order_shows_whether_payments_are_real(stack) -> None:
    assert "pk_test_emulated" in await read_order_page(Generator(stack.url, Record(), users=1))
