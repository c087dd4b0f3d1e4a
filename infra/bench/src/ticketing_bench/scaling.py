"""How many replicas an on-sale needs: a model on the figures of docs/performance/bench.json.

    .venv/bin/python -m ticketing_bench.scaling     rewrites the tables of docs/performance/scaling.md

Demands come from the rows of single routes, not from the on-sale: so its measured run checks them.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from ticketing_bench import on_sale
from ticketing_bench.http import percentile
from ticketing_bench.report import BENCH_FILE, FOLDER, with_section
from ticketing_bench.results import Report, Result
from ticketing_bench.simulation import Simulated, Step, simulate
from ticketing_bench.table import markdown_table

PAGE = FOLDER / "scaling.md"
CORES = 2
# As the autoscalers of infra/k8s-prod.
UTILISATION = 0.6
BUYERS_PER_SECOND = (1_000, 10_000, 100_000)
GATEWAY_ROW = "GET /api/tickets/{id}, gateway alone"
# The row with a step's CPU time, and what works on after its response.
STEPS = {
    "list": ("GET / (50 tickets), signed in", ()),
    "open": ("GET /tickets/{id} page, signed in", ()),
    "reserve": ("POST /api/orders", ("tickets", "payments", "expiration", "nats")),
    "pay": ("POST /api/payments", ("orders", "tickets", "expiration", "nats")),
    "poll": ("GET /api/orders/{id}", ()),
}
# Their columns are cores of one server, not replicas.
STATEFUL = ("mongo", "nats")
LEFT_OUT = ("stripe", "redis", "floor", on_sale.LOAD_CLIENT)


def main() -> None:
    """Rewrite the tables."""
    report = Report.load(BENCH_FILE)
    results = {result.name: result for result in report.results if result.driver == "motor"} if report else {}
    sale = results[on_sale.NAME]
    steps = list(_steps(results))
    simulated = simulate(
        steps,
        cores=CORES,
        active=on_sale.ACTIVE,
        tickets=on_sale.TICKETS,
        conflicts=sale.figures["conflicts"] / on_sale.TICKETS,
        polls=sale.figures["polls_per_journey"],
    )
    tables = [_demand_table(steps), _check_table(simulated, sale), _capacity_table(sale)]
    PAGE.write_text(with_section(PAGE.read_text(), tables))


def _steps(results: Mapping[str, Result]) -> Iterator[Step]:
    """Each request also passes the gateway, and costs the load client something."""
    through_gateway = (results[GATEWAY_ROW].cpu or 0) / 1000
    sale = results[on_sale.NAME]
    requests = 3 + 3 * sale.figures["conflicts"] / on_sale.TICKETS + 1 + sale.figures["polls_per_journey"]
    client = sale.cpu_by_process[on_sale.LOAD_CLIENT] / 1000 / requests
    for name, (row, background) in STEPS.items():
        spent = {process: seconds / 1000 for process, seconds in results[row].cpu_by_process.items()}
        spent["gateway"] += through_gateway
        spent[on_sale.LOAD_CLIENT] = client
        significant = {process: seconds for process, seconds in spent.items() if seconds > 1e-5 and process != "floor"}  # noqa: PLR2004
        yield Step(
            name,
            {process: seconds for process, seconds in significant.items() if process not in background},
            {process: seconds for process, seconds in significant.items() if process in background},
        )


def _demand_table(steps: Sequence[Step]) -> str:
    """CPU milliseconds by step and process."""
    spent = {step.name: {**step.waits_for, **step.afterwards} for step in steps}
    processes = sorted({process for demand in spent.values() for process in demand})
    rows = [
        (name, *(f"{1000 * demand.get(process, 0):.2f}" for process in processes), f"{1000 * sum(demand.values()):.1f}")
        for name, demand in spent.items()
    ]
    return markdown_table(("CPU ms", *processes, "all"), rows)


def _check_table(simulated: Simulated, sale: Result) -> str:
    """The simulation beside the measured on-sale."""
    rows = [("paid journeys/s", f"{on_sale.TICKETS / simulated.seconds:.1f}", f"{sale.figures['paid_per_second']:.1f}")]
    for name, times in simulated.times.items():
        for percent in (50, 99):
            found = 1000 * percentile(sorted(times), percent)
            rows.append((f"{name} p{percent} ms", f"{found:.0f}", f"{sale.figures[f'{name}_p{percent}_ms']:.0f}"))
    return markdown_table(("", "simulated", "measured"), rows)


def _capacity_table(sale: Result) -> str:
    """Replicas by process and buyers a second; half of the buyers get a ticket, as in the on-sale."""
    per_buyer = {
        process: seconds / 1000 * on_sale.TICKETS / on_sale.BUYERS
        for process, seconds in sale.cpu_by_process.items()
        if process not in LEFT_OUT
    }
    rows = [
        (
            f"{process} (cores)" if process in STATEFUL else process,
            f"{1000 * seconds:.2f}",
            *(f"{ceil(buyers * seconds / UTILISATION):,}" for buyers in BUYERS_PER_SECOND),
        )
        for process, seconds in sorted(per_buyer.items(), key=lambda item: -item[1])
    ]
    return markdown_table(("", "CPU ms per buyer", *(f"{buyers:,}/s" for buyers in BUYERS_PER_SECOND)), rows)


if __name__ == "__main__":
    main()
