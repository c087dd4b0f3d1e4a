"""The dashboards are complete: what a person on call reads, and what Grafana needs to import them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from infra.observability.tests.expressions import dashboards, grouped, selectors
from infra.observability.tests.promtool import promtool, rules

DASHBOARDS = dashboards()
UIDS = {f"ticketing-{name}" for name in DASHBOARDS}


def panels(model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (panel for panel in model["panels"] if panel["type"] != "row")


def test_there_is_one_for_the_system_and_one_for_each_concern() -> None:
    assert DASHBOARDS.keys() == {"overview", "http", "messaging", "money", "expiration"}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_dashboard_is_found_by_its_uid_and_links_to_the_others_and_the_runbook(name: str) -> None:
    model = DASHBOARDS[name]
    links = {link["url"] for link in model["links"]}
    assert model["uid"] == f"ticketing-{name}"
    assert {url for url in links if url.startswith("/d/")} == {f"/d/{uid}" for uid in UIDS - {model["uid"]}}
    assert any(url.endswith("/docs/runbook.md") for url in links)
    assert model["description"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_each_panel_has_a_description_a_unit_and_the_chosen_data_source(name: str) -> None:
    assert DASHBOARDS[name]["templating"]["list"][0]["type"] == "datasource"
    for panel in panels(DASHBOARDS[name]):
        assert panel["description"], panel["title"]
        assert panel["type"] == "table" or panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}, panel["title"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_do_not_overlap(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARDS[name]["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_expressions_are_valid(tmp_path: Any) -> None:
    """As recording rules, whose syntax promtool checks."""
    found = [
        re.sub(r"\$\w+", lambda match: "1m" if "interval" in match[0] else ".*", target["expr"])
        for model in DASHBOARDS.values()
        for panel in panels(model)
        for target in panel["targets"]
    ]
    listed = "".join(f"      - record: panel_{n}\n        expr: {expr!r}\n" for n, expr in enumerate(found))
    file = tmp_path / "panels.yaml"
    file.write_text(f"groups:\n  - name: panels\n    rules:\n{listed}")
    checked = promtool("check", "rules", file)
    assert checked.returncode == 0, checked.stderr


def test_each_alert_names_a_dashboard_that_shows_its_metric() -> None:
    for rule in (rule for rule in rules() if "alert" in rule):
        name = rule["annotations"]["dashboard"].removeprefix("/d/ticketing-")
        shown = {
            metric
            for panel in panels(DASHBOARDS[name])
            for target in panel["targets"]
            for metric, _ in selectors(target["expr"])
        }
        assert shown & {metric for metric, _ in selectors(rule["expr"])}, rule["alert"]


def test_metrics_and_labels_of_an_expression_are_found() -> None:
    expression = (
        'sum by (le, job) (rate(a_bucket{x=~"b",y!="c"}[5m] offset 5m)) > 2 and on () (count(up == 0) or vector(1))'
    )
    assert dict(selectors(expression)) == {"a_bucket": {"x", "y"}, "up": set()}
    assert grouped(expression) == {"le", "job"}
