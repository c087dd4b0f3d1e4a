"""The runbook has a section for each alert, whose commands, dashboards and log events exist."""

import re
import shlex

import pytest
from infra.manifests.tests.manifests import ROOT
from infra.observability.tests.expressions import dashboards
from infra.observability.tests.promtool import rules

from ticketing_local.cli import parser

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
SECTIONS = {
    text.partition("\n")[0]: text
    for text in re.split(r"^### ", RUNBOOK.partition("## Alerts")[2].partition("\n## ")[0], flags=re.MULTILINE)[1:]
}
SOURCES = "".join(path.read_text() for path in ROOT.glob("*/src/**/*.py")) + "".join(
    path.read_text() for path in ROOT.glob("infra/operations/src/**/*.py")
)


def test_each_alert_has_its_section_and_no_other_has() -> None:
    assert SECTIONS.keys() == {rule["alert"] for rule in rules() if "alert" in rule}


@pytest.mark.parametrize("alert", SECTIONS)
def test_section_says_what_it_means_how_to_look_what_to_do_and_when_it_ends(alert: str) -> None:
    assert re.findall(r"^\*\*(\w+)\.\*\*", SECTIONS[alert], re.MULTILINE) == ["Means", "Look", "Do", "Ends"]


def test_commands_exist() -> None:
    sections = " ".join(SECTIONS.values()).replace("\n", " ")
    commands = set(re.findall(r"`(?:\.venv/bin/)?ticketing ([^`]+)`", sections))
    assert commands
    for command in commands:
        parser().parse_args(shlex.split(command.replace("ORDER_ID", "0" * 24).replace("ID", "17")))


def test_logs_of_selected_pods_are_read_whole() -> None:
    """By default kubectl shows the last ten lines of each."""
    commands = re.findall(r"kubectl logs [^`]*-l [^`]*", RUNBOOK)
    assert len(commands) > len(SECTIONS) / 3
    assert [command for command in commands if "--tail=-1" not in command] == []


def test_dashboards_exist() -> None:
    assert set(re.findall(r"`/d/ticketing-(\w+)`", RUNBOOK)) <= dashboards().keys()


def test_log_events_exist() -> None:
    searched = {event for text in re.findall(r"grep (?:-E )?'?([\w.|]+)'?", RUNBOOK) for event in text.split("|")}
    events = {event for event in searched if "." in event} | {"orders.overdue_found"}
    assert {event for event in events if f'"{event}"' not in SOURCES} == set()
