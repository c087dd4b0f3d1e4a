"""Scrape, compare with the scrape before, show, wait, and again."""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable

import httpx

from ticketing_common.clock import utc_now
from ticketing_ops.stack import Stack
from ticketing_ops.top.frame import frame
from ticketing_ops.top.scrape import scrape
from ticketing_ops.top.terminal import draw, screen
from ticketing_ops.top.text import lines

# Lines that are not routes: headings, 14 consumers, and some processes.
_OTHER_LINES = 36
_FEW_ROUTES = 8

Show = Callable[[Iterable[str]], None]


def top(stack: Stack, *, interval: float, once: bool) -> int:
    """Until `q` or Ctrl-C; one frame after another if it is not a terminal, or one only."""
    is_live = sys.stdout.isatty() and sys.stdin.isatty() and not once
    try:
        asyncio.run(_live(stack, interval) if is_live else _plain(stack, interval, once=once))
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


async def _live(stack: Stack, interval: float) -> None:
    quit_requested = asyncio.Event()
    with screen(quit_requested):
        draw(["Measuring … (q quits)"])
        await _frames(stack, interval, quit_requested, draw, once=False)


async def _plain(stack: Stack, interval: float, *, once: bool) -> None:
    await _frames(stack, interval, asyncio.Event(), _print, once=once)


async def _frames(stack: Stack, interval: float, quit_requested: asyncio.Event, show: Show, *, once: bool) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:  # noqa: S501  # port-forwards and loopback
        before = await scrape(http, stack)
        while not await _is_set(quit_requested, within=interval):
            after = await scrape(http, stack)
            height = shutil.get_terminal_size().lines
            show(lines(frame(before, after), utc_now(), max_routes=max(_FEW_ROUTES, height - _OTHER_LINES)))
            if once:
                return
            before = after


async def _is_set(event: asyncio.Event, *, within: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
    return event.is_set()


def _print(shown: Iterable[str]) -> None:
    print("\n".join(shown), end="\n\n", flush=True)
