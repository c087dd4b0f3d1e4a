"""The arguments of `ticketing load`."""

import argparse
from typing import TYPE_CHECKING

from ticketing_ops.arguments import base_url, count, duration, positive

if TYPE_CHECKING:
    from ticketing_ops.stack import Stack

MAX_USERS = 1000
MAX_SECONDS = 3600.0


def add_load(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to `ticketing`."""
    load = commands.add_parser(
        "load",
        help="simulate buyers and sellers",
        description="Users sign up, sell tickets, and buy, cancel or abandon each other's, through the gateway; they "
        "retry like people. Throughput, latencies and errors are shown as it goes on, and a table at the end. It stays "
        "below the limits for one address; for more, start the stack with RATE_LIMITS=off. It writes: accounts, "
        "tickets and orders stay. Exit status 1 when a response was unexpected, or none settled a request in 30 s.",
    )
    load.add_argument("--url", type=base_url, metavar="URL", help="a running stack (default: the local one)")
    load.add_argument("--users", type=count(MAX_USERS), default=10, metavar="N", help="at once (default: 10)")
    load.add_argument("--rate", type=positive, default=40.0, metavar="N", help="requests a second, in all (default 40)")
    load.add_argument(
        "--seconds", type=duration(MAX_SECONDS), default=30.0, metavar="N", help="end after so long (default: 30)"
    )
    load.add_argument("--purchases", type=count(10**9), metavar="N", help="end earlier, after so many purchases")
    load.add_argument("--seed", type=int, default=1, metavar="N", help="of the random choices (default: 1)")
    load.add_argument("--allow-remote", action="store_true", help="a stack that is not on this machine")
    load.add_argument("--allow-live", action="store_true", help="a stack with a live key of Stripe")
    load.set_defaults(run=_run)


def _run(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops.load.command import LoadOptions, load

    names = ("users", "rate", "seconds", "purchases", "seed", "allow_remote", "allow_live")
    return load(stack.urls, arguments.url, LoadOptions(**{name: getattr(arguments, name) for name in names}))
