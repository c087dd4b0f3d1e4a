"""The metrics and labels that a PromQL expression names."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.observability.tests.promtool import rules

DASHBOARDS = sorted((Path(__file__).parents[1] / "dashboards").glob("*.json"))
_GROUPING = re.compile(r"\b(?:by|on|without|ignoring|group_left)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"\b([a-zA-Z_][\w:]*)\s*(?:\{([^}]*)\})?(?!\w)(?!\s*\()")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_WORDS = {"and", "or", "unless", "offset", "bool", "inf"}


def selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Each metric with the labels that select its series."""
    bare = _GROUPING.sub(" ", re.sub(r"\[[^]]*\]", " ", expression))
    bare = re.sub(r'"[^"]*"', '""', bare)
    bare = re.sub(r"\b(offset)\s+\S+", " ", bare)
    for found in _SELECTOR.finditer(bare):
        name = found[1]
        if name not in _WORDS and not re.fullmatch(r"\d.*", name):
            yield name, set(_MATCHER.findall(found[2] or ""))


def grouped(expression: str) -> set[str]:
    """The labels by which results are grouped or joined."""
    return {label.strip() for found in _GROUPING.findall(expression) for label in found.split(",") if label.strip()}


def recorded() -> dict[str, set[str]]:
    """The recording rules' metrics, with their labels."""
    return {rule["record"]: grouped(rule["expr"]) for rule in rules() if "record" in rule}


def dashboards() -> dict[str, dict[str, Any]]:
    """By the name of its file."""
    return {path.stem: json.loads(path.read_text()) for path in DASHBOARDS}


def expressions() -> dict[str, str]:
    """Of all rules and panels, by where they are."""
    found = {f"{rule.get('alert', rule.get('record'))}: {index}": rule["expr"] for index, rule in enumerate(rules())}
    for name, model in dashboards().items():
        for panel in (*model["panels"], *model["annotations"]["list"]):
            for target in panel.get("targets", [panel]):
                if "expr" in target:
                    found[f"{name}: {panel.get('title', panel.get('name'))}: {target['expr']}"] = target["expr"]
    return found
