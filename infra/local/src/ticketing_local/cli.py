"""The command `ticketing`.

What a command needs is imported when it runs, so that `ticketing --help` is quick.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from ticketing_local.chaos.cli import add_chaos
from ticketing_local.errors import StackError
from ticketing_ops import cli as operations
from ticketing_ops.arguments import base_url, seconds
from ticketing_ops.errors import OperationError

if TYPE_CHECKING:
    from ticketing_local.state import StateDir
    from ticketing_ops.stack import Stack

SETTINGS = """\
environment variables:
  PORT                       port of the gateway (default: 8080); all other ports are chosen automatically
  STATE_DIR                  folder for databases, secrets and logs (default: .local)
  REPLICAS                   processes per service, e.g. "orders=3 tickets=2" (default: one each)
  EXPIRATION_WINDOW_SECONDS  how long an order reserves its ticket (default: 900)
  MAX_OPEN_RESERVATIONS, RESERVATION_COOLDOWN_SECONDS   limits of each buyer (see orders/README.md)
  OBSERVABILITY              1 starts Prometheus and a view of traces and dashboards, too
  OTEL_*                     OpenTelemetry's standard settings, for all processes
  CURRENCY                   three-letter code (default: usd)
  JWT_SECRET                 signs sessions (default: generated and kept in STATE_DIR)
  STRIPE_KEY                 sk_test_… uses Stripe; without it payments go to the emulator
  STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE   only together with STRIPE_KEY
  ADDRESSES                  servers of another stack, for the operators' commands (see infra/release/forward.sh)
"""


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="ticketing",
        description="Run and inspect the ticketing stack on this machine.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_stack_commands(commands)
    operations.add_commands(commands)
    add_chaos(commands)
    _add_scripts(commands)
    return top


def _add_stack_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    up = commands.add_parser(
        "up",
        help="start everything and run until Ctrl-C",
        description="Start all processes, show progress, and print the URL once everything is healthy.\n"
        "Processes that crash are restarted. Ctrl-C or SIGTERM stops everything cleanly,\n"
        "with exit status 0; data is kept.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    up.add_argument("--seed", action="store_true", help="list sample tickets, as `ticketing seed`")
    ps = commands.add_parser(
        "ps", help="list the processes", description="List the processes of the stack on STATE_DIR."
    )
    ps.add_argument("--json", action="store_true", help='print [{"name", "pid", "state", "url"}]')
    logs = commands.add_parser("logs", help="show logs", description="Show the logs of the stack on STATE_DIR.")
    logs.add_argument(
        "name", nargs="?", metavar="NAME", help="a process or a service with all its replicas (default: all)"
    )
    logs.add_argument("-f", "--follow", action="store_true", help="continue with new lines until Ctrl-C")
    logs.add_argument(
        "-n", "--lines", type=int, default=40, metavar="N", help="last lines of each process (default: 40)"
    )
    reset = commands.add_parser(
        "reset", help="delete all data", description="Delete STATE_DIR, unless a stack runs on it."
    )
    reset.add_argument("-y", "--yes", action="store_true", help="do not ask for confirmation")


def _add_scripts(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser(
        "demo",
        help="run an end-to-end demo",
        description="List tickets, repeat a request, search, follow what happens, reserve, expire, decline, pay, "
        "cancel and withdraw, and show each response. Without --url it starts a temporary stack with a short "
        "reservation window. Exit status 0 when every step succeeds, else 1.",
    )
    demo.add_argument(
        "--pace", type=seconds, metavar="SECONDS", help="show each step for so long (default: 1 on a terminal, else 0)"
    )
    seed = commands.add_parser(
        "seed",
        help="list sample tickets",
        description="List forty sample tickets of two sellers, and print the sellers' accounts, which are kept in "
        "STATE_DIR/seed.json. What is listed already is not listed again.",
    )
    seed.add_argument("--url", type=base_url, metavar="URL", help="a running stack (default: the local one)")
    demo.add_argument("--url", type=base_url, metavar="URL", help="a running stack, e.g. http://localhost:8080")


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command. Exit status: 0 done, 1 failed, 2 a setting or an argument is invalid."""
    arguments = parser().parse_args(argv)
    try:
        status = _run(arguments)
    except (StackError, OperationError) as error:
        print(f"error: {error}", file=sys.stderr)
        status = error.exit_status
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _run(arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "up":
            from ticketing_local.commands.up import up
            from ticketing_local.settings import read_settings

            return up(read_settings(os.environ), is_seeded=arguments.seed)
        case "demo":
            return _demo(arguments)
        case "seed":
            return _seed(arguments)
        case "load" | "exporter" if _names_its_stack(arguments):
            from ticketing_ops.stack import Stack

            return operations.run(Stack("elsewhere", {}, list), arguments)
        case _:
            return _run_on_state(arguments)


def _demo(arguments: argparse.Namespace) -> NoReturn:
    pace = arguments.pace if arguments.pace is not None else float(sys.stdout.isatty())
    _run_script("demo.py", f"--pace={pace}", *([f"--url={arguments.url}"] if arguments.url else []))


def _seed(arguments: argparse.Namespace) -> int:
    from ticketing_local.commands.seed import seed
    from ticketing_local.settings import read_state_dir
    from ticketing_local.state import StateDir

    state = StateDir(read_state_dir(os.environ))
    return seed(state, arguments.url or _operated_stack(state).urls["gateway"])


def _names_its_stack(arguments: argparse.Namespace) -> bool:
    """Whether no stack has to run on this machine."""
    return bool(arguments.url) if arguments.command == "load" else "NATS_URL" in os.environ


def _run_on_state(arguments: argparse.Namespace) -> int:
    from ticketing_local.settings import read_state_dir
    from ticketing_local.state import StateDir

    state = StateDir(read_state_dir(os.environ))
    match arguments.command:
        case "ps":
            from ticketing_local.commands.ps import show_processes

            return show_processes(state, as_json=arguments.json)
        case "logs":
            from ticketing_local.commands.logs import show_logs

            return show_logs(state, arguments.name, lines=arguments.lines, follow=arguments.follow)
        case "reset":
            from ticketing_local.commands.reset import reset

            return reset(state, is_confirmed=arguments.yes)
        case "chaos":
            from ticketing_local.chaos.cli import run_chaos

            return run_chaos(state, arguments)
        case "restore" if not os.environ.get("ADDRESSES"):
            from ticketing_local.commands.restore import services_stopped
            from ticketing_ops.backup.restore import require_restorable

            stack = _operated_stack(state)
            require_restorable(stack, arguments.folder)
            with services_stopped(state):
                return operations.run(stack, arguments)
        case _:
            return operations.run(_operated_stack(state), arguments)


def _operated_stack(state: "StateDir") -> "Stack":
    from ticketing_local.operated_stack import operated_stack

    return operated_stack(state)


def _run_script(name: str, *arguments: str) -> NoReturn:
    """Replace this process with a script of the repository."""
    from ticketing_local.settings import ROOT

    script = ROOT / "infra" / "local" / "scripts" / name
    if not script.is_file():
        raise StackError(f"{script} is missing: this command needs a checkout of the repository")
    os.execv(sys.executable, [sys.executable, str(script), *arguments])  # noqa: S606
