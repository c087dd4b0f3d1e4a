"""`ticketing dead` on many dead letters, in a real NATS server."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import nats
import pytest

from ticketing_common.messaging import StreamLimits, headers
from ticketing_common.messaging.streams import ensure_streams
from ticketing_ops.dead_letters.command import PREVIEW, drop_dead, list_dead, replay_dead
from ticketing_ops.dead_letters.selection import Selection
from ticketing_ops.errors import OperationError
from ticketing_test_support.servers import nats_server, started

COUNT = 230
CONSUMERS = ("orders-payment-created", "tickets-order-created")


@pytest.fixture
def urls(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A server with 230 dead letters, of two consumers in turn."""
    with started(nats_server(tmp_path)) as server:
        asyncio.run(fill(server.url))
        yield {"nats": server.url}


async def fill(url: str) -> None:
    connection = await nats.connect(url)
    await ensure_streams(connection.jetstream(), StreamLimits(max_bytes=1024**2))
    for number in range(COUNT):
        consumer = CONSUMERS[number % 2]
        stored = {
            headers.DEAD_DURABLE: consumer,
            headers.DEAD_SUBJECT: "payment.created",
            headers.DEAD_REASON: "KeyError: 'x'",
            headers.DEAD_EVENT_ID: f"event-{number}",
        }
        await connection.jetstream().publish(f"dead.{consumer}", b"{}", headers=stored)
    await connection.close()


def left(urls: dict[str, str], capsys: pytest.CaptureFixture[str], selection: Selection = Selection()) -> list[int]:  # noqa: B008
    """The ids of those that are still there."""
    capsys.readouterr()
    list_dead(urls, selection, as_json=True)
    return [letter["id"] for letter in json.loads(capsys.readouterr().out)]


def test_list_has_pages(urls, capsys) -> None:
    list_dead(urls, Selection(), as_json=False)
    first = capsys.readouterr().out.splitlines()
    assert (len(first), first[-1]) == (101, "There are more: continue with --after 100")
    list_dead(urls, Selection(after=200), as_json=False)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [str(each) for each in range(201, 231)]


def test_json_has_all(urls, capsys) -> None:
    assert left(urls, capsys) == list(range(1, COUNT + 1))


def test_filters_select_by_consumer_and_age(urls, capsys) -> None:
    by_consumer = left(urls, capsys, Selection(consumer=CONSUMERS[1], limit=3))
    older = left(urls, capsys, Selection(older_than=timedelta(hours=1)))
    newer = left(urls, capsys, Selection(newer_than=timedelta(hours=1)))
    assert (by_consumer, len(older), len(newer)) == ([2, 4, 6], 0, COUNT)


def test_replay_of_many_asks_reports_progress_and_is_limited(urls, capsys) -> None:
    selection = Selection(consumer=CONSUMERS[0], limit=110)
    with pytest.raises(OperationError, match="confirm with --yes to replay 110 dead letters"):
        replay_dead(urls, selection, is_confirmed=False)
    assert len(left(urls, capsys)) == COUNT
    assert replay_dead(urls, selection, is_confirmed=True) == 0
    output = capsys.readouterr()
    assert output.out.count("Replayed ") == 110
    assert output.err == "Replayed 100 of 110\n"
    assert len(left(urls, capsys)) == COUNT - 110


def test_one_is_replayed_without_asking(urls, capsys) -> None:
    assert replay_dead(urls, Selection(sequence=7), is_confirmed=False) == 0
    assert 7 not in left(urls, capsys)


def test_drop_shows_the_first_and_the_number_of_the_others(urls, capsys) -> None:
    with pytest.raises(OperationError, match="confirm with --yes to drop 115 dead letters"):
        drop_dead(urls, Selection(consumer=CONSUMERS[0]), is_confirmed=False)
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[-1]) == (PREVIEW + 2, "      … and 95 more")
    assert drop_dead(urls, Selection(consumer=CONSUMERS[0]), is_confirmed=True) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Dropped 115."
    assert left(urls, capsys) == list(range(2, COUNT + 1, 2))


def test_nothing_that_matches_is_said(urls, capsys) -> None:
    assert drop_dead(urls, Selection(consumer="unknown"), is_confirmed=True) == 0
    assert capsys.readouterr().out == "No dead letter matches.\n"
