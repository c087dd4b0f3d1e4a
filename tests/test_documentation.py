"""Links in the documentation resolve, and its alert rules use metrics that exist."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=False,
).stdout.split()
FUNCTIONS = {"max", "min", "sum", "or", "and", "by", "rate", "increase", "min_over_time", "max_over_time"}


def anchors(page: Path) -> set[str]:
    """Those that GitHub makes from headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" not in link and not (target.exists() and (not anchor or anchor in anchors(target))):
            yield link


@pytest.mark.parametrize("page", PAGES)
def test_links_resolve(page: str) -> None:
    assert list(broken_links(ROOT / page)) == []


def test_alert_rules_use_existing_metrics() -> None:
    guide = (ROOT / "docs/production.md").read_text()
    (rules,) = re.findall(r"```yaml\n(groups:\n.*?)```", guide, re.DOTALL)
    expressions = [rule["expr"] for group in yaml.safe_load(rules)["groups"] for rule in group["rules"]]
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", "", " ".join(expressions))
    names = {name.removesuffix("_count") for name in re.findall(r"[a-z][a-z_]+", bare)} - FUNCTIONS
    code = "".join(file.read_text() for file in ROOT.glob("*/src/**/metrics.py"))
    assert names
    assert {name for name in names if f'"{name}"' not in code} == set()
