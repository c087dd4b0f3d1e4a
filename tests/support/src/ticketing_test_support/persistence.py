"""Ask again, as a person does who presses the button until an answer comes that settles the matter."""

import asyncio
import time
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any

import httpx

PASSWORD = "open sesame"
GOOD_CARD = "pm_card_visa"
DECLINED_CARD = "pm_card_visa_chargeDeclined"
CAREFUL_CARD = "pm_card_authenticationRequired"
PAUSE_SECONDS = 0.3
# What was just made has not come everywhere yet (404), or somebody is away.
TRY_AGAIN = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)

Json = dict[str, Any]
Answer = httpx.Response | httpx.TransportError


class Unsettled(Exception):
    """Patience has come to its end, or (`may_pass` is false) `answer` is one that asking again does not better."""

    def __init__(self, asked: str, answer: Answer, *, may_pass: bool) -> None:
        super().__init__(f"{asked}, and came to: {in_words(answer)}")
        self.answer = answer
        self.may_pass = may_pass


def ignore(_: Answer) -> None:
    """For those who keep no record."""


async def insist(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    body: Json | None = None,
    *,
    settled: Collection[int],
    patience_seconds: float,
    try_again: Collection[int] = TRY_AGAIN,
    heard: Callable[[Answer], None] = ignore,
) -> httpx.Response:
    """The first answer whose status is in `settled`; lost ones and those in `try_again` are asked for again.

    `heard` is told each answer. Raises Unsettled.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        answer = await ask_once(http, method, path, body)
        heard(answer)
        if isinstance(answer, httpx.Response) and answer.status_code in settled:
            return answer
        may_pass = isinstance(answer, httpx.TransportError) or answer.status_code in try_again
        if not may_pass or time.monotonic() > deadline:
            raise Unsettled(f"{method} {path} should answer {sorted(settled)}", answer, may_pass=may_pass)
        await asyncio.sleep(PAUSE_SECONDS)


async def ask_once(http: httpx.AsyncClient, method: str, path: str, body: Json | None = None) -> Answer:
    """The answer, or why there was none."""
    try:
        return await http.request(method, path, json=body)
    except httpx.TransportError as error:
        return error


def own_open_order(orders: list[Json], ticket_id: str) -> Json | None:
    """Of one's own orders the one that holds the ticket: an earlier try may have been stored, and its answer lost."""
    return next((o for o in orders if o["ticket"]["id"] == ticket_id and o["status"] == "created"), None)


def in_words(answer: Answer) -> str:
    """For a person who looks for the reason."""
    if isinstance(answer, httpx.TransportError):
        return f"no answer ({type(answer).__name__})"
    return f"{answer.status_code} {answer.text[:300]}"
