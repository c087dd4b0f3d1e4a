"""Examples of requests and responses: one ticket, from its listing to its sale. The events' examples tell the same."""

import json
from typing import Any, NamedTuple

from ticketing_common import errors
from ticketing_common.errors import AppError

SELLER, BUYER = "65a1f0c2e4b0a1b2c3d4e501", "65a1f0c2e4b0a1b2c3d4e502"
TICKET, ORDER = "65a1f3a7e4b0a1b2c3d4e511", "65a1f4d1e4b0a1b2c3d4e521"
PAYMENT, ALERT = "65a1f5b3e4b0a1b2c3d4e531", "65a1f4f0e4b0a1b2c3d4e541"
TITLE = "Opera gala, row C"
INTENT = "pi_3TicketingExample"
RESERVED_AT, EXPIRES_AT, PAID_AT = "2026-11-20T19:00:00Z", "2026-11-20T19:15:00Z", "2026-11-20T19:03:12Z"


class Example(NamedTuple):
    """The body of a request, and that of its successful response; None for no body."""

    request: Any = None
    response: Any = None


def _server_sent(event: str, data: dict[str, Any]) -> str:
    return f"id: 1-42\nevent: {event}\ndata: {json.dumps(data)}\n\n"


_CREDENTIALS = {"email": "buyer@example.com", "password": "correct horse battery staple"}
_USER = {"id": BUYER, "email": "buyer@example.com"}
_TICKET_IN = {"title": TITLE, "price": "240.00"}
_TICKET = {"id": TICKET, "title": TITLE, "price": 240.0, "userId": SELLER, "version": 0}
_RESERVED_TICKET = {**_TICKET, "version": 1, "orderId": ORDER}
_ORDER = {
    "id": ORDER,
    "status": "created",
    "userId": BUYER,
    "expiresAt": EXPIRES_AT,
    "version": 0,
    "ticket": {"id": TICKET, "title": TITLE, "price": 240.0, "version": 0},
    "summary": {
        "state": "awaiting_payment",
        "text": "Reserved for you. Pay before the time runs out, or the ticket goes back on sale.",
        "final": False,
    },
}
_PAID_ORDER = {
    **_ORDER,
    "status": "complete",
    "version": 2,
    "summary": {"state": "paid", "text": "Paid. The ticket is yours.", "final": True},
    "payment": {"status": "succeeded", "amount": 240.0, "refunded": 0.0},
}
_RECEIPT = {
    **_PAID_ORDER,
    "history": [
        {"at": RESERVED_AT, "step": "reserved", "text": f"“{TITLE}” was reserved for you at $240.00."},
        {"at": PAID_AT, "step": "paid", "text": "You paid $240.00.", "amount": 240.0},
        {"at": "2026-11-20T19:03:13Z", "step": "completed", "text": "The ticket is yours."},
    ],
}
_ALERT = {"id": ALERT, "ticket": _RESERVED_TICKET, "state": "waiting", "createdAt": "2026-11-20T19:01:00Z"}
_NONE = {"count": 0, "amount": 0.0}
_ONE = {"count": 1, "amount": 240.0}
_CSV = (
    "Ticket,Title,Price,Currency,State,Reserved until,Listed at\r\n"
    f'{TICKET},"{TITLE}",240.00,USD,reserved,{EXPIRES_AT},2026-11-20T18:30:00Z\r\n'
)

BODIES: dict[str, Example] = {
    "signUp": Example(_CREDENTIALS, _USER),
    "signIn": Example(_CREDENTIALS, _USER),
    "signOut": Example(response={}),
    "changePassword": Example(
        {"currentPassword": _CREDENTIALS["password"], "newPassword": "another horse battery staple"}, _USER
    ),
    "deleteAccount": Example({"password": _CREDENTIALS["password"]}),
    "currentUser": Example(response={"currentUser": {**_USER, "iat": 1_795_201_200}}),
    "createTicket": Example(_TICKET_IN, _TICKET),
    "listTickets": Example(response=[_TICKET]),
    "getTicket": Example(response=_TICKET),
    "editTicket": Example({"title": TITLE, "price": 220.5}, {**_TICKET, "price": 220.5, "version": 1}),
    "withdrawTicket": Example(),
    "summarizeTickets": Example(
        response={"listed": _ONE, "onSale": _NONE, "reserved": _ONE, "sold": _NONE, "withdrawn": _NONE}
    ),
    "exportTickets": Example(response=_CSV),
    "followTickets": Example(response=_server_sent("reserved", _RESERVED_TICKET)),
    "listAlerts": Example(response=[_ALERT]),
    "requestAlert": Example(response=_ALERT),
    "withdrawAlert": Example(),
    "createOrder": Example({"ticketId": TICKET, "price": "240.00"}, _ORDER),
    "listOrders": Example(response=[_PAID_ORDER]),
    "getOrder": Example(response=_RECEIPT),
    "cancelOrder": Example(),
    "summarizeSales": Example(response={"sold": _ONE, "refunded": _NONE}),
    "followOrders": Example(response=_server_sent("order", _RECEIPT)),
    "createPayment": Example({"token": "tok_visa", "orderId": ORDER}, {"id": PAYMENT, "status": "succeeded"}),
    "receiveWebhook": Example({"type": "charge.refunded", "data": {"object": {"payment_intent": INTENT}}}, {}),
    "live": Example(response={"status": "live"}),
    "ready": Example(
        response={"status": "ready", "mongo": "up", "indexes": "there", "nats": "up", "redis": "up", "timers": "up"}
    ),
    "metrics": Example(response="orders_overdue 0.0\n"),
}
PARAMETERS: dict[str, Any] = {
    "ticket_id": TICKET,
    "ticketId": TICKET,
    "order_id": ORDER,
    "Ticketing-User": BUYER,
    "Idempotency-Key": "8f14e45f-ceea-467f-9e1c-1d2b7a6c0f55",
    "if-match": '"0"',
    "q": "opera",
    "minPrice": "50",
    "maxPrice": "250.00",
}
_RAISED: tuple[AppError, ...] = (
    errors.InvalidRequest("price is required.", field="price"),
    errors.NotAuthenticated(),
    errors.PaymentDeclined(),
    errors.CrossSiteRequest(),
    errors.NotFound(),
    errors.AccountChanged(),
    errors.PreconditionFailed(),
    errors.PayloadTooLarge(),
    errors.KeyReused(),
    errors.TooManyRequests(),
    errors.Unavailable(),
)
ERRORS: dict[int, Any] = {error.status: {"errors": error.items()} for error in _RAISED}
