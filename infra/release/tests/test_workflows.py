"""References in workflows, which linters cannot check."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXT = {path.name: path.read_text() for path in WORKFLOWS}
READ: dict[str, dict[str, Any]] = {name: yaml.safe_load(text) for name, text in TEXT.items()}
SERVICES = {"auth", "tickets", "orders", "payments", "expiration"}


def steps(workflow: str) -> Iterator[dict[str, Any]]:
    for job in READ[workflow]["jobs"].values():
        yield from job.get("steps", [])


def make_targets() -> Iterator[str]:
    for workflow in READ:
        for step in steps(workflow):
            yield from re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
        for job in READ[workflow]["jobs"].values():
            yield from job.get("strategy", {}).get("matrix", {}).get("target", [])


def filters() -> dict[str, list[str]]:
    (step,) = (step for step in steps("tests.yml") if step.get("id") == "filter")
    found: dict[str, list[str]] = yaml.safe_load(step["with"]["filters"])
    return found


@pytest.mark.parametrize("target", sorted(set(make_targets())))
def test_workflow_calls_existing_make_targets(target: str) -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert target in phony[1].split()


@pytest.mark.parametrize("part", sorted(filters()))
def test_a_part_is_tested_when_common_or_a_file_of_its_own_changes(part: str) -> None:
    patterns = filters()[part]
    assert "common/**" in patterns
    assert all((ROOT / pattern.removesuffix("/**")).exists() for pattern in patterns)


def test_every_service_is_a_part_that_pytest_finds_by_its_name() -> None:
    assert filters().keys() >= SERVICES | {"client"}
    assert all(f"{part}/**" in patterns for part, patterns in filters().items() if part != "everything")
    assert all((ROOT / service / "tests").is_dir() for service in SERVICES)


def test_the_required_check_waits_for_every_other_job() -> None:
    jobs = READ["tests.yml"]["jobs"]
    assert set(jobs["ok"]["needs"]) == jobs.keys() - {"ok"}


def test_the_images_that_are_deployed_are_built_and_pushed() -> None:
    (build,) = (step["run"] for step in steps("deploy.yml") if "make images" in step.get("run", ""))
    built = set(build.split('ONLY="')[1].rstrip('"').split())
    manifests = [*(ROOT / "infra/k8s").glob("*.yaml"), *(ROOT / "infra/k8s-prod").glob("*.yaml")]
    named = {name for path in manifests for name in re.findall(r"image: ticketing/([a-z-]+)", path.read_text())}
    assert built == named


@pytest.mark.parametrize("workflow", sorted(TEXT))
def test_every_action_is_pinned_and_says_its_version(workflow: str) -> None:
    used = re.findall(r"uses: +([^\s./]\S*)(.*)", TEXT[workflow])
    assert all(re.fullmatch(r"\S+@[0-9a-f]{40}", action) for action, _ in used)
    assert all(re.fullmatch(r" # v\d+\.\d+\.\d+", comment) for _, comment in used)


def test_an_action_has_one_version_in_all_workflows() -> None:
    used = {tuple(use.split("@")) for text in TEXT.values() for use in re.findall(r"uses: +([^\s./]\S*)", text)}
    assert len(used) == len({action for action, _ in used})


@pytest.mark.parametrize("workflow", sorted(READ))
def test_a_workflow_may_read_the_code_and_a_job_no_more_than_it_says(workflow: str) -> None:
    assert READ[workflow]["permissions"] == {"contents": "read"}
    assert "concurrency" in READ[workflow]
    assert all("timeout-minutes" in job or "uses" in job for job in READ[workflow]["jobs"].values())


@pytest.mark.parametrize("workflow", sorted(READ))
def test_no_secret_is_written_into_a_shell(workflow: str) -> None:
    assert all("${{" not in step.get("run", "") for step in steps(workflow))


def test_only_one_deploy_runs_and_it_is_never_cut_off() -> None:
    assert READ["deploy.yml"]["concurrency"] == {"group": "deploy", "cancel-in-progress": False}


def test_only_the_job_that_publishes_may_speak_for_the_repository() -> None:
    jobs = READ["publish-common.yml"]["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "id-token" not in jobs["build"].get("permissions", {})
    assert not any("checkout" in step["uses"] for step in jobs["publish"]["steps"])
