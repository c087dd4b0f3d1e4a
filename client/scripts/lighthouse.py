"""Run Lighthouse on the landing page and a ticket page, on a stack of their own. `make lighthouse`.

Prints each run, then medians; exits with 1 when a median is below its minimum. Performance is measured in time: run
nothing else meanwhile. Lighthouse is downloaded from npm; CHROME_PATH may name the browser.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import httpx

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.browser import find
from ticketing_test_support.stack import started

LIGHTHOUSE = "lighthouse@13.5.0"
RUNS = 5
TICKETS = 20
MINIMUM = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 100}
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking"

# These explain a low score. The benchmark index is about 1500 on an idle desktop and 500 on a phone.
METRICS = {"largest-contentful-paint": "ms", "total-blocking-time": "ms"}
BENCHMARK = "benchmark index"

Scores = dict[str, float]


def main() -> int:
    """Measure and report; the exit status."""
    print("starting a stack", flush=True)
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "state", free_gateway_port()) as stack:
        ticket = create_tickets(stack.url)
        pages = {"landing page": "/", "ticket page": f"/tickets/{ticket}"}
        results = {name: measure_page(name, stack.url + path, Path(folder)) for name, path in pages.items()}
    print(f"{LIGHTHOUSE}, {RUNS} runs, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, runs in results.items():
        report(name, runs)
    return int(any(is_low(runs, category) for runs in results.values() for category in MINIMUM))


def create_tickets(url: str) -> str:
    """Put tickets on sale; the id of the last one."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        account = {"email": "seller@example.com", "password": "a-password"}
        http.post("/api/users/signup", json=account).raise_for_status()
        for row in range(TICKETS):
            response = http.post("/api/tickets", json={"title": f"Opera gala, row {row + 1}", "price": 40 + row})
            response.raise_for_status()
    return str(response.json()["id"])


def measure_page(name: str, url: str, folder: Path) -> list[Scores]:
    """All runs of one page, printed as they finish."""
    runs = []
    for run in range(1, RUNS + 1):
        scores = measure(url, folder)
        runs.append(scores)
        text = ", ".join(f"{category} {scores[category]:.0f}" for category in MINIMUM)
        print(f"{name}, run {run} of {RUNS}: {text}", flush=True)
    return runs


def measure(url: str, folder: Path) -> Scores:
    """One run's scores (0 to 100) and metrics."""
    out = folder / "report.json"
    options = ["--quiet", "--output=json", f"--output-path={out}", f"--chrome-flags={FLAGS}"]
    browser = os.environ.get("CHROME_PATH") or find(may_install=False)
    subprocess.run(
        ["npx", "--yes", LIGHTHOUSE, url, *options],
        env={**os.environ, **({"CHROME_PATH": browser} if browser else {})},
        check=True,
    )
    result = json.loads(out.read_text())
    scores = {category: round(100 * result["categories"][category]["score"]) for category in MINIMUM}
    metrics = {audit: result["audits"][audit]["numericValue"] for audit in METRICS}
    return {**scores, **metrics, BENCHMARK: result["environment"]["benchmarkIndex"]}


def report(name: str, runs: list[Scores]) -> None:
    """Print one line per category and metric."""
    print(name)
    for category, minimum in MINIMUM.items():
        scores = [run[category] for run in runs]
        status = "too low" if is_low(runs, category) else "ok"
        print(f"  {category:15} median {median(scores):3.0f}  best {max(scores):3}  minimum {minimum}: {status}")
    for metric in (*METRICS, BENCHMARK):
        print(f"  {metric:24}  median {median(run[metric] for run in runs):.0f} {METRICS.get(metric, '')}")


def is_low(runs: list[Scores], category: str) -> bool:
    """Whether the median is below the minimum."""
    return median(run[category] for run in runs) < MINIMUM[category]


if __name__ == "__main__":
    sys.exit(main())
