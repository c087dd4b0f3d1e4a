"""The operators' commands: their arguments, and what runs them.

What a command needs is imported when it runs, so that `ticketing --help` is quick.
"""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ticketing_ops.stack import Stack

from ticketing_ops.arguments import seconds
from ticketing_ops.load.cli import add_load


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add all to `ticketing`."""
    _add_status(commands)
    _add_audit(commands)
    _add_dead(commands)
    add_load(commands)
    _add_exporter(commands)


def run(stack: "Stack", arguments: argparse.Namespace) -> int:
    """Run the chosen command on this stack; the exit status. Raises OperationError."""
    if "run" in arguments:
        return int(arguments.run(stack.urls, arguments))
    match arguments.command:
        case "status":
            from ticketing_ops.status.command import status

            return status(stack, as_json=arguments.json)
        case "audit":
            from ticketing_ops.audit.command import audit

            return audit(stack.urls, settle=arguments.settle, as_json=arguments.json)
        case "exporter":
            from ticketing_ops.exporter import serve

            return serve(stack.urls)
        case _:
            return _run_dead(stack, arguments)


def _run_dead(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops import dead_letters

    match arguments.action:
        case "list":
            return dead_letters.list_dead(stack.urls, as_json=arguments.json)
        case "show":
            return dead_letters.show_dead(stack.urls, arguments.id)
        case "replay":
            return dead_letters.replay_dead(stack.urls, arguments.id)
        case _:
            return dead_letters.drop_dead(stack.urls, arguments.id, is_confirmed=arguments.yes)


def _add_status(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    status = commands.add_parser(
        "status",
        help="show the health of everything, and what needs a person",
        description="Show processes, consumer lag, outboxes, dead letters, the guarantees' counters and the streams on "
        "one screen, and name what needs a person, with the command or the section of docs/runbook.md to follow. It is "
        "read-only, and works while parts are down. Exit status 1 when something needs a person, else 0.",
    )
    status.add_argument("--json", action="store_true", help='print {"needs_person", "problems", …}')


def _add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    audit = commands.add_parser(
        "audit",
        help="check that all guarantees hold",
        description="Compare the five databases, the event streams and the Stripe emulator's ledger, and report every "
        "violation of the guarantees I1 to I9 and every dead letter. It is read-only and may run at any time: it "
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


def _add_exporter(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser(
        "exporter",
        help="serve metrics of streams and consumers",
        description="Serve Prometheus metrics of NATS' streams and consumers on METRICS_PORT (default: 9101) until "
        "Ctrl-C: consumer lag, dead letters, storage. They are seen from outside, so they stay visible while a service "
        "is down. It reads NATS_URL, or the stack that other commands use; NATS_MONITOR_URL adds the storage limit.",
    )


def _add_dead(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    dead = commands.add_parser(
        "dead",
        help="list, show, replay or drop dead letters",
        description="Dead letters are messages that a consumer could not handle; they are kept in the stream DEAD. "
        "Fix the cause, then replay them.",
    )
    actions = dead.add_subparsers(dest="action", required=True, metavar="list|show|replay|drop")
    listing = actions.add_parser("list", help="one line each: id, age, event → consumer, reason")
    listing.add_argument("--json", action="store_true", help="print a list of objects")
    actions.add_parser("show", help="everything about one dead letter").add_argument("id", type=int, metavar="ID")
    replay = actions.add_parser("replay", help="publish it again and remove it from DEAD")
    drop = actions.add_parser("drop", help="delete it permanently")
    for action in (replay, drop):
        which = action.add_mutually_exclusive_group(required=True)
        which.add_argument("id", type=int, nargs="?", metavar="ID", help="as shown by `ticketing dead list`")
        which.add_argument("--all", action="store_true", help="all dead letters")
    drop.add_argument("-y", "--yes", action="store_true", help="do not ask for confirmation")
