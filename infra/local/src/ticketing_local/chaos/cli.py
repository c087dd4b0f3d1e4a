"""The arguments of `ticketing chaos`."""

import argparse
import os

from ticketing_local.errors import SettingsError
from ticketing_local.state import StateDir
from ticketing_ops.arguments import count, duration, seconds

MAX_SECONDS = 600.0
MAX_FAULTS = 100
CLUSTER = (
    "chaos is for the local stack. In a cluster: `kubectl delete pod POD --grace-period=0 --force` kills one, "
    "`kubectl scale deployment/NAME --replicas=0` takes a service away; then `ticketing audit --settle 120`"
)


def add_chaos(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to `ticketing`."""
    chaos = commands.add_parser(
        "chaos",
        help="inject faults into the local stack, then audit it",
        description="Inject a fault, under load if wished, wait until everything is back, and audit. Each fault is "
        "bounded in time and undone in any case, also when this command is interrupted or killed. Exit status 0 when "
        "all guarantees hold afterwards, else 1.",
    )
    actions = chaos.add_subparsers(dest="action", required=True, metavar="list|run|random")
    actions.add_parser("list", help="the faults, how long each lasts by default, and what it does")
    run = actions.add_parser("run", help="inject one fault")
    run.add_argument("fault", metavar="FAULT", help="as shown by `ticketing chaos list`")
    run.add_argument("process", nargs="?", default="", metavar="PROCESS", help="as shown by `ticketing ps`")
    run.add_argument("--seconds", type=duration(MAX_SECONDS), metavar="N", help=f"how long, up to {MAX_SECONDS:.0f}")
    drills = actions.add_parser("random", help="inject several faults, chosen at random")
    drills.add_argument("--seed", type=int, help="the same seed repeats the same faults (default: a new one)")
    drills.add_argument("--faults", type=count(MAX_FAULTS), default=5, metavar="N", help="how many (default: 5)")
    for action in (run, drills):
        action.add_argument("--load", action="store_true", help="while users sell and buy (see `ticketing load`)")
        action.add_argument(
            "--settle", type=seconds, default=120.0, metavar="SECONDS", help="for the audit (default: 120)"
        )


def run_chaos(state: StateDir, arguments: argparse.Namespace) -> int:
    """Raises StackError."""
    from ticketing_local.chaos import command

    if arguments.action == "list":
        return command.list_faults()
    if os.environ.get("ADDRESSES"):
        raise SettingsError(CLUSTER)
    if arguments.action == "run":
        drills = [command.choose(state, arguments.fault, arguments.process, arguments.seconds)]
    else:
        seed = int.from_bytes(os.urandom(4)) if arguments.seed is None else arguments.seed
        print(f"--seed {seed}", flush=True)
        drills = command.choose_randomly(state, seed=seed, count=arguments.faults)
    return command.run(state, drills, with_load=arguments.load, settle=arguments.settle)
