"""The arguments of the operators' verbs: `ticketing audit` and `ticketing dead`."""

import argparse
from collections.abc import Mapping

from ticketing_ops.dead import drop_dead, list_dead, replay_dead, show_dead


def add_audit(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What `ticketing audit` takes."""
    auditing = verbs.add_parser(
        "audit",
        help="are the guarantees kept?",
        description="Read all databases, streams and the Stripe emulator's ledger of the stack on STATE_DIR, and tell "
        "every violation of the guarantees I1 to I8 and every parked message. It changes nothing, and may run at any "
        "time: what is wrong counts if it still is a second later. Exit status 0 when all is well, else 1.",
    )
    auditing.add_argument(
        "--settle",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="wait up to that long for events to be handled and orders to expire (0)",
    )
    auditing.add_argument("--json", action="store_true", help='print {"clean", "counts", "findings"}')


def add_dead(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What `ticketing dead` takes."""
    dead = verbs.add_parser(
        "dead",
        help="messages that could not be handled",
        description="The messages that listeners parked in the stream DEAD. Mend what was wrong, then replay them.",
    )
    acts = dead.add_subparsers(dest="act", required=True, metavar="list|show|replay|drop")
    listing = acts.add_parser("list", help="what is parked, why, since when and whence")
    listing.add_argument("--json", action="store_true", help="print a list of objects")
    acts.add_parser("show", help="all of one message").add_argument("id", type=int, metavar="ID")
    replay = acts.add_parser("replay", help="say it again to its listeners, then take it out of DEAD")
    drop = acts.add_parser("drop", help="delete it for good")
    for act in (replay, drop):
        which = act.add_mutually_exclusive_group(required=True)
        which.add_argument("id", type=int, nargs="?", metavar="ID", help="as `ticketing dead list` tells it")
        which.add_argument("--all", action="store_true", help="all that are parked now")
    drop.add_argument("-y", "--yes", action="store_true", help="do not ask")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number of seconds, 0 or more, not '{text}'")
    return seconds


def do_dead(urls: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Do one act of `ticketing dead`."""
    match arguments.act:
        case "list":
            return list_dead(urls, as_json=arguments.json)
        case "show":
            return show_dead(urls, arguments.id)
        case "replay":
            return replay_dead(urls, arguments.id)
        case _:
            return drop_dead(urls, arguments.id, is_agreed=arguments.yes)
