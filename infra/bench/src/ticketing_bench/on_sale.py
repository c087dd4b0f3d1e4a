"""The on-sale: 2,000 buyers, 1,000 tickets, through the gateway, by the pages or by the API; then the audit."""

import json
import os
import resource
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ticketing_bench.audit import audit
from ticketing_bench.http import percentile
from ticketing_bench.load import LOAD_FOLDER, LoadError
from ticketing_bench.progress import say, timed
from ticketing_bench.results import Result
from ticketing_bench.seed import copy_account, put_on_sale
from ticketing_bench.stack import Stack, User, driver
from ticketing_local.settings import ROOT

NAME = "on-sale: 2,000 buyers, 1,000 tickets"
API_NAME = f"{NAME}, by the API"
BUYERS = 2_000
TICKETS = 1_000
ACTIVE = 32
LOAD_CLIENT = "load client"
PERCENTS = (50, 95, 99)
SHOWN_PROCESSES = 3
PYTHON = ROOT / ".venv" / "bench" / "bin" / "python"


@dataclass(frozen=True)
class Sale:
    """What load/on_sale.py reports: the time until the last journey and the last paid one ended, `steps` in ms."""

    seconds: float
    paid_seconds: float
    steps: Mapping[str, Sequence[float]]
    outcomes: Mapping[str, int]
    conflicts: Mapping[str, int]
    errors: Mapping[str, int]


def run_on_sale(stack: Stack, bare: float, *, pages: bool) -> Result:
    """Play it. LoadError when a journey failed without a good reason, or the audit found something."""
    active = int(os.environ.get("ACTIVE") or ACTIVE)
    buyers = copy_account(stack, BUYERS)
    with timed(f"{TICKETS:,} tickets"):
        put_on_sale(stack, buyers[:TICKETS])
    say(f"  {BUYERS:,} buyers, {active} of them active at a time:")
    before, own_before = stack.cpu(), _cpu_of_ended_children()
    sale = _play(stack, buyers, active, pages=pages)
    spent = {name: now - before[name] for name, now in stack.cpu().items()}
    spent[LOAD_CLIENT] = _cpu_of_ended_children() - own_before
    _show(sale, spent)
    audit(stack)
    if sale.errors or sale.outcomes.get("paid") != TICKETS:
        raise LoadError(f"on-sale: {sale.outcomes}, errors {sale.errors}")
    return _result(NAME if pages else API_NAME, sale, spent, bare)


def _play(stack: Stack, buyers: Sequence[User], active: int, *, pages: bool) -> Sale:
    sessions = [buyer.session for buyer in buyers]
    job = {"url": stack.urls["gateway"], "sessions": sessions, "active": active, "pages": pages}
    done = subprocess.run(
        [PYTHON, LOAD_FOLDER / "on_sale.py"], input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise LoadError("The load client failed: see its message above")
    return Sale(**json.loads(done.stdout))


def _busiest(spent: Mapping[str, float], seconds: float) -> list[tuple[str, float]]:
    """Processes and the cores that they used, descending. One of Python or JavaScript uses at most one."""
    return sorted(((name, used / seconds) for name, used in spent.items()), key=lambda item: -item[1])


def _show(sale: Sale, spent: Mapping[str, float]) -> None:
    """What happened, and what saturates first."""
    say(f"  outcomes {sale.outcomes}, conflicts {sale.conflicts}, errors {sale.errors}")
    cores = _busiest(spent, sale.seconds)
    say("  cores: " + ", ".join(f"{name} {used:.2f}" for name, used in cores[:10]))
    say(f"  in total {sum(used for _, used in cores):.2f} of {os.cpu_count()}; the busiest process is {cores[0][0]}")


def _result(name: str, sale: Sale, spent: Mapping[str, float], bare: float) -> Result:
    paid = sale.outcomes["paid"]
    return Result(
        name=name,
        cpu=1000 * sum(spent.values()) / paid,
        bare=bare,
        figures={
            "paid_per_second": paid / sale.paid_seconds,
            **{
                f"{step}_p{percent}_ms": percentile(sorted(times), percent)
                for step, times in sale.steps.items()
                for percent in PERCENTS
            },
            "polls_per_journey": len(sale.steps["poll"]) / paid,
            "conflicts": sum(sale.conflicts.values()),
            "errors": sum(sale.errors.values()),
            "cores": sum(spent.values()) / sale.seconds,
            **{f"{name}_cores": used for name, used in _busiest(spent, sale.seconds)[:SHOWN_PROCESSES]},
        },
        cpu_by_process={name: 1000 * seconds / paid for name, seconds in spent.items()},
        driver=driver(),
    )


def _cpu_of_ended_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
