"""What is accepted has a reason and an end, and a missing report is no success."""

import re
import tomllib
from datetime import date

import pytest
from infra.security.check import ACCEPTED, advisories, current, lock_files

REPORT = {
    "vulnerabilities": {
        "next": {
            "via": ["postcss", {"name": "next", "title": "Cache poisoning", "url": "https://x/advisories/GHSA-1"}]
        },
        "postcss": {"via": [{"name": "postcss", "title": "ReDoS", "url": "https://x/advisories/GHSA-2"}]},
    }
}


def test_accepted_findings_have_a_reason_and_vulnerabilities_an_end() -> None:
    accepted = tomllib.loads(ACCEPTED.read_text())
    assert all(isinstance(entry["until"], date) and entry["reason"] for entry in accepted["vulnerabilities"].values())
    assert all(re.compile(pattern) and reason for pattern, reason in accepted["secrets"].items())


@pytest.mark.parametrize(("today", "accepted"), [(date(2027, 1, 31), {"GHSA-1"}), (date(2027, 2, 1), set())])
def test_vulnerability_is_accepted_until_its_date(today: date, accepted: set[str]) -> None:
    assert current({"GHSA-1": {"until": date(2027, 1, 31), "reason": "no fix yet"}}, today) == accepted


def test_advisories_that_are_not_accepted_are_named_once() -> None:
    assert list(advisories(REPORT, {"GHSA-1"})) == ["postcss GHSA-2: ReDoS"]


def test_missing_report_is_a_failure() -> None:
    (problem,) = advisories({"message": "405 Method Not Allowed"}, set())
    assert problem == "no report: 405 Method Not Allowed"


def test_lock_files_of_services_and_tools_are_checked() -> None:
    locks = set(lock_files("requirements.lock"))
    assert {"requirements.lock", "auth/requirements.lock", "infra/security/requirements.lock"} <= locks
    assert "client/package-lock.json" in lock_files("package-lock.json")
