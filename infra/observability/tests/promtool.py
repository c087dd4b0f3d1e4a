"""promtool: checks configurations, and runs the rules on series that a test describes."""

import functools
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ticketing_local.debian import find_program

RULES = sorted((Path(__file__).parents[1] / "rules").glob("*.yaml"))
Labels = Mapping[str, str]
Firing = Mapping[str, Sequence[Labels]]
GO = {"GOGC": "400", "GOMAXPROCS": "1"}  # less work for the same result: short runs, on a machine that runs other tests


def promtool(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run it."""
    command = [find_program("promtool"), *arguments]
    return subprocess.run(command, env={**os.environ, **GO}, capture_output=True, text=True, check=False)


def rules() -> list[dict[str, Any]]:
    """All rules of all files."""
    return [rule for path in RULES for rule in _rules(path)]


def _rules(path: Path) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


@functools.cache
def _file_of_alert() -> dict[str, str]:
    return {rule["alert"]: str(path) for path in RULES for rule in _rules(path) if "alert" in rule}


def check_alerts(folder: Path, series: Mapping[str, str], expected: Mapping[str, Firing]) -> None:
    """Each alert fires at each time, such as `5m`, with exactly these labels besides its name.

    Only the files of these alerts are evaluated, because none needs another's rules. The values of a series, one a
    minute, are in promtool's notation: `0x3 5` is 0 four times, then 5; `0+2x3` is 0 2 4 6; `_x3` is nothing three
    times.
    """
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            _expectation(alert, time, labels) for alert, firing in expected.items() for time, labels in firing.items()
        ],
    }
    file = folder / "test.yaml"
    files = sorted({_file_of_alert()[alert] for alert in expected})
    file.write_text(yaml.safe_dump({"rule_files": files, "evaluation_interval": "30s", "tests": [test]}))
    result = promtool("test", "rules", file)
    assert result.returncode == 0, result.stdout + result.stderr


def _expectation(alert: str, time: str, firing: Sequence[Labels]) -> dict[str, object]:
    selector = f'ALERTS{{alertname="{alert}",alertstate="firing"}}'
    samples = []
    for labels in firing:
        pairs = "".join(f',{name}="{value}"' for name, value in labels.items())
        samples.append({"labels": selector.replace("}", f"{pairs}}}"), "value": 1})
    return {"expr": selector, "eval_time": time, "exp_samples": samples}
