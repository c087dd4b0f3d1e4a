"""The operators' commands: their arguments, and what runs them.

What a command needs is imported when it runs, so that `ticketing --help` is quick.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ticketing_ops.stack import Stack

from ticketing_ops.arguments import positive, seconds
from ticketing_ops.backup.cli import add_backup
from ticketing_ops.dead_letters.cli import add_dead
from ticketing_ops.load.cli import add_load


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add all to `ticketing`."""
    _add_status(commands)
    _add_trace(commands)
    _add_top(commands)
    _add_audit(commands)
    add_dead(commands)
    add_load(commands)
    add_backup(commands)
    _add_exporter(commands)


def run(stack: "Stack", arguments: argparse.Namespace) -> int:
    """Run the chosen command on this stack; the exit status. Raises OperationError."""
    from ticketing_common.observability import configure

    # A command tells by itself what does not respond; standard output is for its result.
    configure(service="ticketing", level="ERROR")
    return int(arguments.run(stack, arguments))


def _add_status(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    status = commands.add_parser(
        "status",
        help="show the health of everything, and what needs a person",
        description="Show processes, consumer lag, outboxes, dead letters, the guarantees' counters and the streams on "
        "one screen, and name what needs a person, with the command or the section of docs/runbook.md to follow. It is "
        "read-only, and works while parts are down. Exit status 1 when something needs a person, else 0.",
    )
    status.add_argument("--json", action="store_true", help='print {"needs_person", "problems", …}')
    status.set_defaults(run=_status)


def _status(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops.status.command import status

    return status(stack, as_json=arguments.json)


def _add_trace(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    trace = commands.add_parser(
        "trace",
        help="tell everything that happened to an order",
        description="Tell in order of time, and in words, everything that happened to an order: from the databases, "
        "the event streams and Stripe (or its emulator), which is only read; then what is still to happen, and what of "
        "it needs a person. STRIPE_KEY is the key for Stripe. Exit status 1 when there is no such order.",
    )
    trace.add_argument("id", metavar="ID", help="of an order; or of a ticket (its latest order), a payment, or pi_…")
    trace.add_argument("--json", action="store_true", help='print {"order_id", "title", "facts", "steps", "tasks", …}')
    trace.add_argument("--svg", type=Path, metavar="FILE", help="also draw it as an image")
    trace.add_argument("--html", type=Path, metavar="FILE", help="also write a page with the image and the text")
    trace.set_defaults(run=_trace)


def _trace(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops.trace.command import trace

    return trace(stack, arguments.id, as_json=arguments.json, svg=arguments.svg, html=arguments.html)


def _add_top(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    top = commands.add_parser(
        "top",
        help="show requests, messages and processes, live",
        description="Show requests, errors and latency by route, messages and lag by consumer, and CPU, memory and "
        "outbox by process, from the processes' own metrics. q or Ctrl-C ends it. Into a pipe it writes plain text.",
    )
    top.add_argument("--interval", type=positive, default=2.0, metavar="SECONDS", help="default: 2")
    top.add_argument("--once", action="store_true", help="one measurement, then exit")
    top.set_defaults(run=_top)


def _top(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops.top.command import top

    return top(stack, interval=arguments.interval, once=arguments.once)


def _add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    audit = commands.add_parser(
        "audit",
        help="check that all guarantees hold",
        description="Compare the five databases, the event streams and the Stripe emulator's ledger, and report every "
        "violation of the guarantees I1 to I11 and every dead letter. It is read-only and may run at any time: it "
        "reports what is still wrong one second later. Exit status 0 when there is nothing to report, else 1.",
    )
    audit.add_argument(
        "--settle",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="wait up to this long for events to be handled and orders to expire (default: 0)",
    )
    audit.add_argument("--json", action="store_true", help='print {"clean", "counts", "findings"}')
    audit.set_defaults(run=_audit)


def _audit(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops.audit.command import audit

    return audit(stack.urls, settle=arguments.settle, as_json=arguments.json)


def _add_exporter(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    exporter = commands.add_parser(
        "exporter",
        help="serve metrics of streams and consumers",
        description="Serve Prometheus metrics of NATS' streams and consumers on METRICS_PORT (default: 9101) until "
        "Ctrl-C: consumer lag, dead letters, storage. They are seen from outside, so they stay visible while a service "
        "is down. It reads NATS_URL, or the stack that other commands use; NATS_MONITOR_URL adds the storage limit.",
    )
    exporter.set_defaults(run=_export)


def _export(stack: "Stack", _arguments: argparse.Namespace) -> int:
    from ticketing_ops.exporter import serve

    return serve(stack.urls)
