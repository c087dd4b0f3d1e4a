"""Exercise 6: what a trace shows. It is recorded anew, and the answers are compared with it."""

import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docs.exercises.tests.recording import CONSUMER, Recording, record_late_payment

from ticketing_test_support.api import api_clients
from ticketing_test_support.otlp import CollectedSpan, Collector
from ticketing_test_support.stack import Stack

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docs/exercises/answers/6-trace.toml"
ANSWERS: dict[str, Any] = tomllib.loads(FILE.read_text())
# Ignored by Git.
SHOWN = ROOT / ".local/exercises/trace.txt"


@pytest.fixture(scope="module")
def trace(stack: Stack, collector: Collector) -> Recording:
    """Recorded from the running system, and written to a file for who solves the exercise."""

    async def record() -> Recording:
        async with api_clients(stack.url) as new_client:
            return await record_late_payment(stack, new_client, collector)

    recording = asyncio.run(record())
    SHOWN.parent.mkdir(parents=True, exist_ok=True)
    SHOWN.write_text(str(recording))
    return recording


def handler(trace: Recording, span: CollectedSpan) -> CollectedSpan:
    """The processing of a message in which the span happened."""
    return next(found for found in trace.ancestors(span) if CONSUMER in found.attributes)


def consumer(trace: Recording, name: str) -> str:
    """The consumer in whose work the first span of this name happened."""
    return str(handler(trace, trace.named(name)).attributes[CONSUMER])


def check(question: str, shown: object, read: Callable[[Any], object] = lambda answer: answer) -> None:
    """Fail unless the answer is what the trace shows, without printing that: a traceback would have the arguments."""
    answer = ANSWERS[question]
    if not answer:
        pytest.fail(f"read {SHOWN.relative_to(ROOT)} and answer '{question}' in {FILE.name}", pytrace=False)
    if read(answer) != shown:
        pytest.fail(f"'{question}': the trace shows something else than {answer!r}", pytrace=False)


def test_who_hears_of_the_reservation(trace: Recording) -> None:
    check("reserved", {span.attributes[CONSUMER] for span in trace.spans if span.name == "process order.created"}, set)


def test_who_discovers_the_captured_money(trace: Recording) -> None:
    check("discovered", consumer(trace, "publish payment.created"))


def test_which_call_was_refused(trace: Recording) -> None:
    (call,) = [
        span.name
        for span in trace.children(handler(trace, trace.named("publish payment.created")))
        if span.name.startswith("POST /v1/")
    ]
    check("refused", call)


def test_who_refunds(trace: Recording) -> None:
    check("refunded", consumer(trace, "POST /v1/refunds"))


def test_how_one_event_leads_to_the_next(trace: Recording) -> None:
    names = [span.name for span in trace.ancestors(trace.named("publish payment.refunded"))]
    subjects = [name.removeprefix("publish ") for name in reversed(names) if name.startswith("publish ")]
    check("chain", [*subjects, "payment.refunded"])


def test_what_happened_in_another_trace(trace: Recording) -> None:
    (job,) = trace.linked(trace.named("fire expiration"))
    check("elsewhere", job.name)
