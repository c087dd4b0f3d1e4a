"""Lines of requests and messages are written in few pieces, in order with all others, and without secrets."""

import asyncio
import contextlib
import io
import json
import subprocess
import sys

import structlog

from ticketing_common.observability import configure
from ticketing_common.observability.lines import OUTPUT, Heads, quoted, start

LINE = f'{{"event": "{"x" * 300}"}}\n'
EXIT = """
import asyncio
from ticketing_common.observability import configure
from ticketing_common.observability.lines import OUTPUT
configure(service="test", log_format="json")
async def main():
    OUTPUT.add("a line\\n")
    raise RuntimeError("an end without another turn")
asyncio.run(main())
"""


class Pieces(io.StringIO):
    """Standard error that keeps what each call wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return super().write(text)


async def test_lines_of_one_turn_are_written_at_once() -> None:
    with contextlib.redirect_stderr(Pieces()) as written:
        for _ in range(5):
            OUTPUT.add(LINE)
        assert written.pieces == []
        await asyncio.sleep(0)
        assert written.pieces == [LINE * 5]


async def test_no_piece_divides_a_line_or_exceeds_a_pipes_atomic_write() -> None:
    with contextlib.redirect_stderr(Pieces()) as written:
        for _ in range(100):
            OUTPUT.add(LINE)
        OUTPUT.flush()
    assert "".join(written.pieces) == LINE * 100
    assert all(len(piece) <= 4096 and piece.endswith("\n") for piece in written.pieces)


async def test_lines_stay_in_order_with_those_of_other_loggers() -> None:
    with contextlib.redirect_stderr(io.StringIO()) as written:
        configure(service="test", log_format="json")
        OUTPUT.add(LINE)
        structlog.get_logger("any").info("second")
    first, second = written.getvalue().splitlines()
    assert (first, json.loads(second)["event"]) == (LINE.strip(), "second")


def test_nothing_is_lost_when_the_process_fails() -> None:
    done = subprocess.run([sys.executable, "-c", EXIT], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "a line\n" in done.stderr


async def test_closed_output_does_not_fail_what_is_logged() -> None:
    closed = io.StringIO()
    closed.close()
    with contextlib.redirect_stderr(closed):
        OUTPUT.add(LINE)
        OUTPUT.flush()


def test_a_next_event_loop_writes_its_lines_too() -> None:
    async def add() -> None:
        OUTPUT.add(LINE)

    async def add_and_turn() -> None:
        await add()
        await asyncio.sleep(0)

    with contextlib.redirect_stderr(io.StringIO()) as written:
        asyncio.run(add())
        asyncio.run(add_and_turn())
    assert written.getvalue() == LINE * 2


def test_constant_fields_are_redacted() -> None:
    head = Heads("request", names=("route", "token")).get(("/pay/tok_visa", "abc"))
    assert json.loads(f'{start()}{head}"end": 1}}')["route"] == "/pay/[redacted]"
    assert "abc" not in head


def test_only_ids_are_written_as_they_are() -> None:
    assert quoted("66f0aa1234567890123456ab") == '"66f0aa1234567890123456ab"'
    assert quoted(None) == "null"
    assert quoted('tok_visa"}') == '"[redacted]\\"}"'
