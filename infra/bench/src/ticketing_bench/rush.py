"""500 buyers want one ticket at the same moment."""

from ticketing_bench.data import Data
from ticketing_bench.http import percentile
from ticketing_bench.load import LoadError, Request
from ticketing_bench.processes import wait_until_quiet
from ticketing_bench.results import Result
from ticketing_bench.stack import Stack, driver

NAME = "500 buyers, one ticket"
BUYERS = 500


def run_rush(stack: Stack, data: Data, bare: float) -> Result:
    """Each on a connection of its own. LoadError unless exactly one gets the ticket and the others a 400."""
    (ticket,) = data.new_tickets(1)
    body = {"ticketId": ticket}
    requests = [Request("/api/orders", "POST", user.session, body) for user in data.users(BUYERS)]
    before = stack.cpu()["orders"]
    responses = stack.load.send(stack.urls["orders"], requests, connections=BUYERS)
    wait_until_quiet(stack.pids["orders"])
    if responses.statuses != {201: 1, 400: BUYERS - 1}:
        raise LoadError(f"{NAME}: expected one 201 and else 400, got {responses.statuses}")
    return Result(
        name=NAME,
        process="orders",
        cpu=1000 * (stack.cpu()["orders"] - before) / BUYERS,
        bare=bare,
        figures={
            "seconds": responses.seconds,
            "p50_ms": percentile(responses.times_ms, 50),
            "p99_ms": percentile(responses.times_ms, 99),
        },
        driver=driver(),
    )
