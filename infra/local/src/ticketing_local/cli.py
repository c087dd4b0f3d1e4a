"""The command `ticketing`: one module a verb."""

import argparse
import os
import sys
from collections.abc import Sequence

from ticketing_local.bench import bench
from ticketing_local.binaries import BinaryNotFound
from ticketing_local.demo import demo
from ticketing_local.errors import StackError
from ticketing_local.logs import show_logs
from ticketing_local.ps import addresses, show_processes
from ticketing_local.reset import reset
from ticketing_local.settings import read_settings, read_state_dir
from ticketing_local.state import StateDir
from ticketing_local.up import up
from ticketing_ops import cli as operations
from ticketing_ops.errors import OperationError

SETTINGS = """\
settings, by environment:
  PORT                       where the gateway listens (8080); all other ports are chosen free
  STATE_DIR                  where state and logs are kept (.local)
  REPLICAS                   how many of a service, e.g. "orders=3 tickets=2"
  EXPIRATION_WINDOW_SECONDS  how long an order holds its ticket (900)
  CURRENCY                   three letters (usd)
  ADDRESSES                  of audit and dead: a stack elsewhere (infra/release/forward.sh)
  STRIPE_KEY                 sk_test_… talks to Stripe; without it payments are emulated
  STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE   go with STRIPE_KEY
  JWT_SECRET                 signs the sessions (made at the first start, kept in STATE_DIR)
"""


def parser() -> argparse.ArgumentParser:
    """All verbs and their options."""
    top = argparse.ArgumentParser(
        prog="ticketing",
        description="The ticketing stack on one machine.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = top.add_subparsers(dest="command", required=True, metavar="VERB")
    _add_stack_verbs(verbs)
    operations.add_commands(verbs)
    _add_own_stack_verbs(verbs)
    return top


def _add_stack_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verbs.add_parser(
        "up",
        help="start everything and run until Ctrl-C",
        description="Start everything, show it coming up, print the URL when all is healthy. Ctrl-C (or SIGTERM) stops "
        "everything cleanly, with exit status 0. State survives. What dies is restarted.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ps = verbs.add_parser("ps", help="what runs", description="The processes of the stack that runs on STATE_DIR.")
    ps.add_argument("--json", action="store_true", help='print [{"name", "pid", "state", "url"}]')
    logs = verbs.add_parser("logs", help="the end of the logs", description="The logs of the stack on STATE_DIR.")
    logs.add_argument("name", nargs="?", metavar="NAME", help="one process, as `ticketing ps` names it (all)")
    logs.add_argument("-f", "--follow", action="store_true", help="go on with what is added, until Ctrl-C")
    logs.add_argument("-n", "--lines", type=int, default=40, metavar="N", help="how many lines of each (40)")
    clear = verbs.add_parser("reset", help="delete all state", description="Delete STATE_DIR, when no stack uses it.")
    clear.add_argument("-y", "--yes", action="store_true", help="do not ask")


def _add_own_stack_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    story = verbs.add_parser(
        "demo",
        help="walk through the whole story",
        description="Sell tickets, let an order expire, have a card declined, pay, cancel, and show what the services "
        "answer. Without --url it starts a stack of its own, with a short window, in a temporary folder. "
        "Exit status 0 when every step held, else 1.",
    )
    story.add_argument("--url", metavar="URL", help="a running stack, e.g. http://localhost:8080")
    verbs.add_parser(
        "bench",
        help="what a request costs",
        description="Measure the CPU time of a request and its latency, route by route, on a stack of its own (Linux).",
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Do one verb. Exit status: 0 done, 1 it could not be done, 2 a setting or an argument is senseless."""
    arguments = parser().parse_args(argv)
    try:
        status = _do(arguments)
    except (StackError, OperationError) as error:
        print(f"error: {error}", file=sys.stderr)
        status = error.exit_status
    except BinaryNotFound as error:
        print(f"error: {error}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _do(arguments: argparse.Namespace) -> int:
    state = StateDir(read_state_dir(os.environ))
    match arguments.command:
        case "up":
            return up(read_settings(os.environ))
        case "reset":
            return reset(state, is_agreed=arguments.yes)
        case "bench":
            return bench()
        case "demo":
            return demo(arguments.url)
        case _:
            return _do_on_running_stack(state, arguments)


def _do_on_running_stack(state: StateDir, arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "ps":
            return show_processes(state, as_json=arguments.json)
        case "logs":
            return show_logs(state, arguments.name, lines=arguments.lines, follow=arguments.follow)
        case _:
            return operations.run(addresses(state), arguments)
