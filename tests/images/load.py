"""A few sellers and buyers at once, for as long as asked: enough to see what a container needs when it works."""

import threading
import time

from ticketing_local.visitor import Visitor

PASSWORD = "correct horse"


def run(url: str, *, people: int, seconds: float) -> int:
    """How many tickets were sold."""
    sold = [0] * people
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=_trade, args=(url, number, sold, until)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(sold)


def _trade(url: str, number: int, sold: list[int], until: float) -> None:
    """Sign up, list a ticket, look at the page, order, pay; again and again."""
    person = Visitor(f"load{number}", url)
    try:
        account = {"email": person.email, "password": PASSWORD}
        person.ask("signs up", "POST", "/api/users/signup", expect=201, body=account)
        while time.monotonic() < until:
            ticket = {"title": "Standing", "price": 20}
            made = person.ask("lists", "POST", "/api/tickets", expect=201, body=ticket).body
            person.ask("signs in", "POST", "/api/users/signin", expect=200, body=account)
            person.ask("looks", "GET", f"/tickets/{made['id']}", expect=200)
            order = person.ask("orders", "POST", "/api/orders", expect=201, body={"ticketId": made["id"]}).body
            payment = {"orderId": order["id"], "token": "pm_card_visa"}
            person.ask("pays", "POST", "/api/payments", expect=201, body=payment)
            sold[number] += 1
    finally:
        person.close()
