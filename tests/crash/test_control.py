"""Crash points see a loss: on a stack with two mistakes made on purpose the same cells fail, and the audit says why."""

import asyncio
from collections.abc import Iterator

import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.crashing import FORGETFUL, MATRIX, WINDOW_SECONDS, cells, run
from ticketing_test_support.stack import Stack, started, ticketing

PATIENCE_SECONDS = 30
LOSSES = {
    "tickets: list a ticket: pulled": "its ticket.created is lost or late",
    "orders: a payment completes its order: writing": "orders has not judged it",
}


@pytest.fixture
def forgetful_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Its relays pull before they publish, and its consumers acknowledge before they handle."""
    state_dir = tmp_path_factory.mktemp("forgetful") / "state"
    window = str(WINDOW_SECONDS)
    with started(state_dir, free_gateway_port(), FORGETFUL, EXPIRATION_WINDOW_SECONDS=window) as stack:
        yield stack


@pytest.mark.timeout(600)
def test_where_events_are_pulled_or_acknowledged_too_early_deaths_lose_them_and_it_is_seen(
    forgetful_stack: Stack,
) -> None:
    fatal = [cell for cell in cells(MATRIX) if str(cell) in LOSSES]
    assert len(fatal) == len(LOSSES)
    outcomes = asyncio.run(run(forgetful_stack, fatal, patience=PATIENCE_SECONDS))
    assert [str(cell) for cell, trouble in outcomes.items() if trouble is None] == []
    audit = ticketing("audit", "--settle", "10", STATE_DIR=str(forgetful_stack.state_dir))
    assert audit.returncode == 1
    assert [loss for loss in LOSSES.values() if loss not in audit.stdout] == [], audit.stdout
