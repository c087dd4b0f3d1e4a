"""Lighthouse's four scores for the landing page and a ticket page, on a stack of its own. `make lighthouse`.

Prints each run, the median and the best; exits with 1 when a median is below its threshold. Performance is measured in
time: let nothing else run meanwhile. Lighthouse comes from npm, at the version below; CHROME_PATH may name the browser.
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

LIGHTHOUSE = "lighthouse@12.2.3"
RUNS = 5
TICKETS = 20
NEEDED = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 100}
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking"

# What explains a low score. Lighthouse's own measure of the machine is some 1500 on a free desktop, 500 on a phone.
FIGURES = {"largest-contentful-paint": "ms", "total-blocking-time": "ms"}
SPEED = "speed of the machine"

Scores = dict[str, float]


def main() -> int:
    """Measure, tell, judge."""
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "state", free_gateway_port()) as stack:
        ticket = list_tickets(stack.url)
        pages = {"landing page": "/", "ticket page": f"/tickets/{ticket}"}
        results = {name: [measure(stack.url + path, Path(folder)) for _ in range(RUNS)] for name, path in pages.items()}
    print(f"{LIGHTHOUSE}, {RUNS} runs, load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, runs in results.items():
        report(name, runs)
    return int(any(is_short(runs, category) for runs in results.values() for category in NEEDED))


def list_tickets(url: str) -> str:
    """Put some tickets on sale; the id of the last."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        http.post(
            "/api/users/signup", json={"email": "seller@example.com", "password": "a-password"}
        ).raise_for_status()
        for row in range(TICKETS):
            answer = http.post("/api/tickets", json={"title": f"Opera gala, row {row + 1}", "price": 40 + row})
            answer.raise_for_status()
    return str(answer.json()["id"])


def measure(url: str, folder: Path) -> Scores:
    """One run's scores, 0 to 100, and its figures."""
    out = folder / "report.json"
    options = ["--quiet", "--output=json", f"--output-path={out}", f"--chrome-flags={FLAGS}"]
    browser = os.environ.get("CHROME_PATH") or find(may_install=False)
    subprocess.run(
        ["npx", "--yes", LIGHTHOUSE, url, *options],
        env={**os.environ, **({"CHROME_PATH": browser} if browser else {})},
        check=True,
    )
    found = json.loads(out.read_text())
    scores = {category: round(100 * found["categories"][category]["score"]) for category in NEEDED}
    figures = {audit: found["audits"][audit]["numericValue"] for audit in FIGURES}
    return {**scores, **figures, SPEED: found["environment"]["benchmarkIndex"]}


def report(name: str, runs: list[Scores]) -> None:
    """One line for each category and figure."""
    print(name)
    for category, needed in NEEDED.items():
        scores = [run[category] for run in runs]
        verdict = "too low" if is_short(runs, category) else "ok"
        figures = f"median {median(scores):3.0f}  best {max(scores):3}  of {scores}"
        print(f"  {category:15} {figures}  needs {needed}: {verdict}")
    for figure in (*FIGURES, SPEED):
        print(f"  {figure:24}  median {median(run[figure] for run in runs):.0f} {FIGURES.get(figure, '')}")


def is_short(runs: list[Scores], category: str) -> bool:
    """Whether the median misses what is needed."""
    return median(run[category] for run in runs) < NEEDED[category]


if __name__ == "__main__":
    sys.exit(main())
