"""References in workflows and their permissions, which linters do not check."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
TEXT = {path.name: path.read_text() for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
WORKFLOWS: dict[str, dict[str, Any]] = {name: yaml.safe_load(text) for name, text in TEXT.items()}
SERVICES = {"auth", "tickets", "orders", "payments", "expiration"}


def steps(workflow: str) -> Iterator[dict[str, Any]]:
    for job in WORKFLOWS[workflow]["jobs"].values():
        yield from job.get("steps", [])


def make_targets() -> Iterator[str]:
    for workflow in WORKFLOWS:
        for step in steps(workflow):
            yield from re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
        for job in WORKFLOWS[workflow]["jobs"].values():
            yield from job.get("strategy", {}).get("matrix", {}).get("target", [])


def filters() -> dict[str, list[str]]:
    (step,) = (step for step in steps("tests.yml") if step.get("id") == "filter")
    found: dict[str, list[str]] = yaml.safe_load(step["with"]["filters"])
    return found


def test_workflows_call_existing_make_targets() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(make_targets()) - set(phony[1].split()) == set()


@pytest.mark.parametrize("component", sorted(filters()))
def test_component_is_tested_when_common_or_its_own_files_change(component: str) -> None:
    patterns = filters()[component]
    assert "common/**" in patterns
    assert all((ROOT / pattern.removesuffix("/**")).exists() for pattern in patterns)


def test_pytest_finds_every_service_by_its_component_name() -> None:
    assert filters().keys() >= SERVICES | {"client"}
    assert all(f"{name}/**" in patterns for name, patterns in filters().items() if name != "everything")
    assert all((ROOT / service / "tests").is_dir() for service in SERVICES)


def test_required_check_waits_for_every_other_job() -> None:
    jobs = WORKFLOWS["tests.yml"]["jobs"]
    assert set(jobs["ok"]["needs"]) == jobs.keys() - {"ok"}


def test_suite_has_the_history_for_the_previous_release() -> None:
    checkout, *_ = WORKFLOWS["tests.yml"]["jobs"]["suite"]["steps"]
    assert checkout["with"]["fetch-depth"] == 0


def test_deployed_images_are_built() -> None:
    (build,) = (step["run"] for step in steps("deploy.yml") if "make images" in step.get("run", ""))
    built = set(build.split('ONLY="')[1].rstrip('"').split())
    manifests = [*(ROOT / "infra/k8s").glob("*.yaml"), *(ROOT / "infra/k8s-prod").glob("*.yaml")]
    assert built == {name for path in manifests for name in re.findall(r"image: ticketing/([a-z-]+)", path.read_text())}


def test_actions_are_pinned_to_one_commit_with_its_version() -> None:
    used = {use for text in TEXT.values() for use in re.findall(r"uses: +([^\s./]\S*)@(\S+)(.*)", text)}
    assert len(used) == len({action for action, _, _ in used})
    assert [use for use in used if not re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", use[1] + use[2])] == []


@pytest.mark.parametrize("workflow", sorted(WORKFLOWS))
def test_workflow_has_least_privileges_and_limits(workflow: str) -> None:
    content = WORKFLOWS[workflow]
    assert content["permissions"] == {"contents": "read"}
    assert "concurrency" in content
    assert all("timeout-minutes" in job or "uses" in job for job in content["jobs"].values())
    assert all("${{" not in step.get("run", "") for step in steps(workflow)), "a shell must not contain expressions"


def test_deployments_are_never_cancelled_by_newer_ones() -> None:
    assert WORKFLOWS["deploy.yml"]["concurrency"] == {"group": "deploy", "cancel-in-progress": False}


def test_only_the_publishing_job_gets_an_identity_token() -> None:
    jobs = WORKFLOWS["publish-common.yml"]["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "id-token" not in jobs["build"].get("permissions", {})
    assert not any("checkout" in step["uses"] for step in jobs["publish"]["steps"])


def test_release_builds_and_scans_every_image_on_both_architectures() -> None:
    job = WORKFLOWS["release.yml"]["jobs"]["images"]
    matrix = job["strategy"]["matrix"]
    built = re.search(r'^all="(.*)"$', (ROOT / "infra/images/build").read_text(), re.MULTILINE)
    assert built is not None
    assert set(matrix["image"]) == set(built[1].split())
    assert matrix["runner"] == ["ubuntu-latest", "ubuntu-24.04-arm"]
    (scan,) = (step["with"] for step in job["steps"] if "scan-action" in step.get("uses", ""))
    assert scan["image"] == "${{ steps.build.outputs.pushed }}"
    assert (scan["severity-cutoff"], scan["only-fixed"], scan["fail-build"]) == ("critical", True, True)


def test_release_is_published_last() -> None:
    """Tested, scanned, signed, and deployed once."""
    jobs = WORKFLOWS["release.yml"]["jobs"]
    needs = {name: job.get("needs") for name, job in jobs.items()}
    assert needs["images"] == ["notes", "tests"]
    assert (needs["publish"], needs["quickstart"], needs["release"]) == ("images", "publish", "quickstart")


def test_each_job_of_a_release_has_only_its_privileges() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    granted = {
        name: {key for key, value in job.get("permissions", {}).items() if value == "write"}
        for name, job in jobs.items()
    }
    assert granted == {
        "notes": set(),
        "tests": set(),
        "images": {"packages"},
        "publish": {"packages", "id-token"},
        "quickstart": set(),
        "release": {"contents"},
    }


def test_release_runs_the_scripts_that_can_be_run_by_hand() -> None:
    commands = " ".join(step.get("run", "") for step in steps("release.yml"))
    scripts = re.findall(r"infra/release/[a-z]+\.(?:sh|py)", commands)
    assert scripts == [f"infra/release/{name}" for name in ("changelog.py", "publish.sh", "assets.sh", "try.sh")]
    assert all(os.access(ROOT / script, os.X_OK) for script in scripts)
