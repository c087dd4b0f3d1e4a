"""References in workflows and their permissions, which linters do not check."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
SET_UP = ROOT / ".github/actions/set-up/action.yml"
TEXT = {path.name: path.read_text() for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
WORKFLOWS: dict[str, dict[str, Any]] = {name: yaml.safe_load(text) for name, text in TEXT.items()}
MAKEFILE = (ROOT / "Makefile").read_text()
SERVICES = {"auth", "tickets", "orders", "payments", "expiration"}


def steps(workflow: str) -> Iterator[dict[str, Any]]:
    for job in WORKFLOWS[workflow]["jobs"].values():
        yield from job.get("steps", [])


def targets_of(job: dict[str, Any]) -> set[str]:
    """The make targets that it runs."""
    commands = "\n".join(step.get("run", "") for step in job.get("steps", []))
    rows = job.get("strategy", {}).get("matrix", {}).get("include", [])
    return set(re.findall(r"\bmake ([a-z-]+)", commands)) | {row["target"] for row in rows if "target" in row}


def jobs() -> dict[str, set[str]]:
    """The make targets of each job, by workflow and job."""
    return {
        f"{workflow} {name}": targets_of(job)
        for workflow, content in WORKFLOWS.items()
        for name, job in content["jobs"].items()
    }


def documented_jobs() -> dict[str, set[str]]:
    """The same according to docs/ci.md: of all jobs of a row together."""
    found, workflow = dict[str, set[str]](), ""
    for line in (ROOT / "docs/ci.md").read_text().splitlines():
        workflow = line.removeprefix("## ") if line.startswith("## ") else workflow
        if not line.startswith("| `"):
            continue
        names, _, here = line.strip("| ").split(" | ")
        first, *others = re.findall(r"`([^`]+)`", names)
        of, listed = (first, others) if first.endswith(".yml") else (workflow, [first])
        found |= {f"{of} {name}": set(re.findall(r"\bmake ([a-z-]+)", here)) for name in listed}
    return found


def filters() -> dict[str, list[str]]:
    (step,) = (step for step in steps("tests.yml") if step.get("id") == "filter")
    found: dict[str, list[str]] = yaml.safe_load(step["with"]["filters"])
    return found


def is_matched(file: str, pattern: str) -> bool:
    """As paths-filter matches the kinds of patterns that are used."""
    return file == pattern or (pattern.endswith("/**") and file.startswith(pattern.removesuffix("**")))


def test_workflows_call_existing_make_targets() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set().union(*jobs().values()) - set(phony[1].split()) == set()


def test_every_check_runs_in_a_job() -> None:
    listed = re.findall(r"^(test[a-z-]*|lint|docs|smoke|coverage|manifests|security|bench-guard):.*## ", MAKEFILE, re.M)
    assert set(listed) - set().union(*jobs().values()) == set()


def test_every_job_is_documented_with_the_targets_that_run_the_same_elsewhere() -> None:
    documented = documented_jobs()
    assert documented.keys() == jobs().keys()
    undocumented = {job: targets - documented[job] - {"set-up"} for job, targets in jobs().items()}
    assert {job: targets for job, targets in undocumented.items() if targets} == {}


def test_jobs_that_run_no_target_are_documented_as_such() -> None:
    assert {job for job, targets in documented_jobs().items() if not targets} == {
        *("tests.yml changes", "tests.yml passed", "security.yml codeql", "security.yml scorecard")
    }


@pytest.mark.parametrize("component", sorted(filters()))
def test_component_is_tested_when_common_or_its_own_files_change(component: str) -> None:
    patterns = filters()[component]
    assert "common/**" in patterns
    assert all((ROOT / pattern.removesuffix("/**")).exists() for pattern in patterns)


def test_every_file_belongs_to_a_component() -> None:
    """Otherwise a pull request that changes only this file would skip the tests that read it."""
    patterns = {pattern for each in filters().values() for pattern in each}
    command = ["git", "ls-files"]
    files = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {file for file in files if not any(is_matched(file, pattern) for pattern in patterns)} == set()


def test_pytest_finds_every_service_by_its_component_name() -> None:
    assert filters().keys() >= SERVICES | {"client"}
    assert all(f"{name}/**" in patterns for name, patterns in filters().items() if name != "everything")
    assert all((ROOT / service / "tests").is_dir() for service in SERVICES)


def test_required_check_waits_for_every_other_job() -> None:
    jobs = WORKFLOWS["tests.yml"]["jobs"]
    assert set(jobs["passed"]["needs"]) == jobs.keys() - {"passed"}
    assert (jobs["passed"]["name"], jobs["passed"]["if"]) == ("CI passed", "always()")
    (step,) = jobs["passed"]["steps"]
    assert step["if"] == "contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')"
    assert step["run"].splitlines()[-1] == "exit 1"


def test_failures_are_never_ignored() -> None:
    assert [name for name, text in TEXT.items() if "continue-on-error" in text or "|| true" in text] == []


@pytest.mark.parametrize("job", ["component", "suite", "docs"])
def test_job_has_the_history_for_the_previous_release(job: str) -> None:
    checkout, *_ = WORKFLOWS["tests.yml"]["jobs"][job]["steps"]
    assert checkout["with"]["fetch-depth"] == 0


def test_smoke_runs_whatever_changed() -> None:
    jobs = WORKFLOWS["tests.yml"]["jobs"]
    assert "\n  pull_request:\n" in TEXT["tests.yml"]
    assert not {"if", "needs"} & {*jobs["smoke"], *jobs["docs"], *jobs["coverage"]}


def test_suite_and_faults_also_run_on_the_deployed_servers() -> None:
    suite = WORKFLOWS["tests.yml"]["jobs"]["suite"]
    nightly = WORKFLOWS["nightly.yml"]["jobs"]["long"]["strategy"]["matrix"]["include"]
    assert suite["env"]["SERVERS"] == "${{ matrix.servers }}"
    assert "deployed" in {row["servers"] for row in suite["strategy"]["matrix"]["include"]}
    assert {"target": "test-faults", "servers": "deployed"} in nightly


def test_stripes_key_is_given_only_to_the_tests_that_need_it() -> None:
    holders = [step for name in WORKFLOWS for step in steps(name) if "STRIPE_TEST_KEY }}" in str(step)]
    assert [(step["run"], step["if"]) for step in holders] == [("make test-stripe", "env.HAS_KEY == 'true'")]
    assert not any("pull_request_target" in text for text in TEXT.values())


def test_coverage_is_kept() -> None:
    *_, summary, artifact = WORKFLOWS["tests.yml"]["jobs"]["coverage"]["steps"]
    assert "--format=total" in summary["run"]
    assert artifact["with"]["path"] == "htmlcov/"


def test_jobs_that_publish_use_no_cache() -> None:
    assert "actions/cache" in SET_UP.read_text()
    for name in ("deploy.yml", "release.yml", "publish-common.yml"):
        assert "set-up" not in {Path(step.get("uses", "")).name for step in steps(name)}


def test_deployed_images_are_built() -> None:
    (build,) = (step["run"] for step in steps("deploy.yml") if "make images" in step.get("run", ""))
    built = set(build.split('ONLY="')[1].rstrip('"').split())
    manifests = [*(ROOT / "infra/k8s").glob("*.yaml"), *(ROOT / "infra/k8s-prod").glob("*.yaml")]
    assert built == {name for path in manifests for name in re.findall(r"image: ticketing/([a-z-]+)", path.read_text())}


def test_actions_are_pinned_to_one_commit_with_its_version() -> None:
    texts = [*TEXT.values(), SET_UP.read_text()]
    used = {use for text in texts for use in re.findall(r"uses: +([^\s./]\S*)@(\S+)(.*)", text)}
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


def test_nothing_of_a_release_is_skipped() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"].values()
    assert not any("if" in each for job in jobs for each in [job, *job.get("steps", [])])


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
