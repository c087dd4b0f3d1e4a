"""No secret, password or card is in any log, whatever was paid, declined or rejected."""

import re

import httpx

from ticketing_test_support.api import PASSWORD, NewClient
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

TOKENS = ("pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_authenticationRequired", "tok_visa")
SHAPES = re.compile(
    r"pi_\w+_secret_\w+|sk_test_\w+|pk_test_\w+|whsec_\w+|eyJ[\w-]{8,}\.|ctoken_\w+|4242 ?4242|\$argon2"
)
WORDS = (PASSWORD, "not it", "open-sesame", *TOKENS)


async def test_no_log_contains_a_secret(new_client: NewClient, anonymous: httpx.AsyncClient, stack: Stack) -> None:
    seller, buyer = await new_client(), await new_client()
    for token in TOKENS:
        await buyer.pay(await buyer.create_order(await seller.create_ticket()), token)
    await anonymous.post("/api/users/signin", json={"email": buyer.email, "password": "not it"})
    await anonymous.post("/api/payments", json={"token": 4242424242424242, "orderId": None})
    await anonymous.post("/api/payments/webhook", content=b"{}", headers={"Stripe-Signature": "t=1,v1=00"})
    await anonymous.get("/api/tickets?q=open-sesame", headers={"X-Request-ID": "sk_test_51abc"})
    await anonymous.get("/api/users/currentuser", headers={"Cookie": "session=eyJhbGciOiJub25lIn0.e30.forged"})

    def requests_were_logged() -> bool:
        paid = [line for line in stack.log_lines("payments") if line.get("route") == "/api/payments"]
        return "/confirm" in stack.logs()["stripe"] and len(paid) > len(TOKENS)

    await eventually(requests_were_logged, what="the logs of the payments")
    found = {
        name: leak
        for name, text in stack.logs().items()
        if (
            leak := SHAPES.findall(text)
            or [word for word in (PASSWORD, "not it", "open-sesame", *TOKENS) if word in text]
        )
    }
    assert found == {}
