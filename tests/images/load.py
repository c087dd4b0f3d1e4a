"""Some users who sell and buy concurrently, to see what a container needs under load."""

import asyncio
import time

from ticketing_test_support.api import ApiClient, api_clients, created


def run(url: str, *, users: int, seconds: float) -> int:
    """The number of tickets sold."""
    return asyncio.run(_run(url, users, time.monotonic() + seconds))


async def _run(url: str, users: int, until: float) -> int:
    async with api_clients(url) as new_client:
        clients = [await new_client() for _ in range(users)]
        return sum(await asyncio.gather(*(_trade(client, until) for client in clients)))


async def _trade(client: ApiClient, until: float) -> int:
    """List a ticket, sign in, open the ticket's page, order and pay, again and again."""
    sold = 0
    while time.monotonic() < until:
        ticket = await client.create_ticket("Standing", 20)
        # Some are refused: the number per address is limited.
        await client.http.post("/api/users/signin", json=client.credentials)
        (await client.http.get(f"/tickets/{ticket['id']}")).raise_for_status()
        created(await client.pay(await client.create_order(ticket)))
        sold += 1
    return sold
