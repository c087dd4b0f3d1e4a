"""The arguments of `ticketing dead`."""

import argparse
from typing import TYPE_CHECKING

from ticketing_ops.arguments import age, count

if TYPE_CHECKING:
    from ticketing_ops.dead_letters.selection import Selection
    from ticketing_ops.stack import Stack

MAX_LETTERS = 10**9


def add_dead(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to `ticketing`."""
    dead = commands.add_parser(
        "dead",
        help="list, show, replay or drop dead letters",
        description="Dead letters are messages that a consumer could not handle; they are kept in the stream DEAD. "
        "Fix the cause, then replay them.",
    )
    dead.set_defaults(run=_run)
    actions = dead.add_subparsers(dest="action", required=True, metavar="list|show|replay|drop")
    listing = actions.add_parser("list", help="one line each: id, age, event → consumer, reason")
    listing.add_argument("--json", action="store_true", help="print a list of objects")
    _add_filters(listing)
    actions.add_parser("show", help="everything about one dead letter").add_argument("id", type=int, metavar="ID")
    replay = actions.add_parser("replay", help="publish it again and remove it from DEAD")
    drop = actions.add_parser("drop", help="delete it permanently")
    for action in (replay, drop):
        which = action.add_mutually_exclusive_group(required=True)
        which.add_argument("id", type=int, nargs="?", metavar="ID", help="as shown by `ticketing dead list`")
        which.add_argument("--all", action="store_true", help="all dead letters that match the options")
        action.add_argument("-y", "--yes", action="store_true", help="do not ask for confirmation")
        _add_filters(action)


def _add_filters(action: argparse.ArgumentParser) -> None:
    action.add_argument("--consumer", metavar="NAME", help="only those of this consumer")
    action.add_argument("--older-than", type=age, metavar="AGE", help="such as 90s, 10m, 2h or 3d")
    action.add_argument("--newer-than", type=age, metavar="AGE")
    action.add_argument("--after", type=int, default=0, metavar="ID", help="only those after this one")
    action.add_argument("--limit", type=count(MAX_LETTERS), metavar="N", help="at most N, the oldest first")


def _run(stack: "Stack", arguments: argparse.Namespace) -> int:
    from ticketing_ops.dead_letters import command

    urls = stack.urls
    match arguments.action:
        case "list":
            return command.list_dead(urls, _selection(arguments), as_json=arguments.json)
        case "show":
            return command.show_dead(urls, arguments.id)
        case "replay":
            return command.replay_dead(urls, _selection(arguments), is_confirmed=arguments.yes)
        case _:
            return command.drop_dead(urls, _selection(arguments), is_confirmed=arguments.yes)


def _selection(arguments: argparse.Namespace) -> "Selection":
    from ticketing_ops.dead_letters.selection import Selection

    return Selection(
        sequence=getattr(arguments, "id", None),
        consumer=arguments.consumer,
        older_than=arguments.older_than,
        newer_than=arguments.newer_than,
        after=arguments.after,
        limit=arguments.limit,
    )
