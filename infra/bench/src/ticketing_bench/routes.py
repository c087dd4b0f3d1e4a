"""The HTTP rows: routes at their services' own ports, pages, and the gateway."""

from ticketing_bench.data import Data
from ticketing_bench.http import Case, HttpRow
from ticketing_bench.load import Request
from ticketing_bench.seed import TICKET

HTML = {"accept": "text/html"}


def _list_tickets(_: Data, count: int) -> list[Case]:
    return [Case(Request("/api/tickets"), "tickets")] * count


def _list_deep(data: Data, count: int) -> list[Case]:
    return [Case(Request(f"/api/tickets?after={data.deep()}"), f"tickets?after={data.deep()}")] * count


def _show_ticket(data: Data, count: int) -> list[Case]:
    return [Case(Request(f"/api/tickets/{id_}"), f"ticket?id={id_}") for id_ in data.tickets(count)]


def _current_user(data: Data, count: int) -> list[Case]:
    return [Case(Request("/api/users/currentuser", session=user.session)) for user in data.users(count)]


def _create_ticket(data: Data, count: int) -> list[Case]:
    return [Case(Request("/api/tickets", "POST", user.session, TICKET), "create_ticket") for user in data.users(count)]


def _create_order(data: Data, count: int) -> list[Case]:
    return [
        Case(Request("/api/orders", "POST", user.session, {"ticketId": ticket}), f"create_order?ticket={ticket}")
        for ticket, user in zip(data.new_tickets(count), data.users(count), strict=True)
    ]


def _show_order(data: Data, count: int) -> list[Case]:
    return [
        Case(Request(f"/api/orders/{id_}", session=buyer.session), f"order?id={id_}")
        for id_, buyer in data.orders(count)
    ]


def _list_orders(data: Data, count: int) -> list[Case]:
    return [
        Case(Request("/api/orders", session=buyer.session), f"orders?user={buyer.id}") for buyer in data.buyers(count)
    ]


def _sign_in(data: Data, count: int) -> list[Case]:
    return [Case(Request("/api/users/signin", "POST", body=data.account), "signin")] * count


def _pay(data: Data, count: int) -> list[Case]:
    return [
        Case(Request("/api/payments", "POST", buyer.session, {"token": "pm_card_visa", "orderId": order}))
        for order, buyer in data.new_orders(count)
    ]


def _page(_: Data, count: int) -> list[Case]:
    return [Case(Request("/", headers=HTML), "tickets")] * count


def _page_signed_in(data: Data, count: int) -> list[Case]:
    return [Case(Request("/", session=user.session, headers=HTML), "tickets") for user in data.users(count)]


def _ticket_page(data: Data, count: int) -> list[Case]:
    return [
        Case(Request(f"/tickets/{ticket}", session=user.session, headers=HTML), f"ticket?id={ticket}")
        for ticket, user in zip(data.tickets(count), data.users(count), strict=True)
    ]


ROUTES = (
    HttpRow("GET /api/tickets (50)", "tickets", _list_tickets),
    HttpRow("GET /api/tickets/{id}", "tickets", _show_ticket),
    HttpRow("GET /api/users/currentuser", "auth", _current_user, amount=800),
    HttpRow("POST /api/tickets", "tickets", _create_ticket, status=201, amount=250),
    HttpRow("POST /api/orders", "orders", _create_order, status=201, amount=250),
    HttpRow("GET /api/orders/{id}", "orders", _show_order),
    HttpRow("GET /api/orders (20)", "orders", _list_orders),
    HttpRow("POST /api/payments", "payments", _pay, status=201, amount=50),
    HttpRow("POST /api/users/signin", "auth", _sign_in, amount=32),
    HttpRow("GET / (50 tickets), anonymous", "client", _page, amount=100),
    HttpRow("GET / (50 tickets), signed in", "client", _page_signed_in, amount=100),
    HttpRow("GET /tickets/{id} page, signed in", "client", _ticket_page, amount=100),
    HttpRow("GET /api/tickets/{id}, gateway alone", "gateway", _show_ticket),
    HttpRow("GET /api/tickets (50), deep page", "tickets", _list_deep),
)
# The same rows on large collections.
GROWN_ROUTES = (
    HttpRow("GET /api/tickets (50), of 1,000,000", "tickets", _list_tickets),
    HttpRow("GET /api/tickets (50), deep page of 1,000,000", "tickets", _list_deep),
    HttpRow("GET /api/tickets/{id}, of 1,000,000", "tickets", _show_ticket),
    HttpRow("POST /api/orders, after 500,000", "orders", _create_order, status=201, amount=250),
)
