"""The exercises in docs/exercises are complete, and their solutions still apply. tests/exercises has the full proof."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from docs.exercises.tests import test_6_trace as trace_exercise
from tests.exercises.checkout import EXERCISES, ROOT, apply
from tests.exercises.solutions import SOLUTIONS, Solution

REFRESH = """\
{patch} does not apply to this checkout:

{error}
If the exercise is being solved here, that is expected. Otherwise refresh the patch, in another working tree:

  git worktree add --detach ../refresh && cd ../refresh
  git apply --3way {patch}      # marks conflicts; where git lacks the old files: --reject
  make exercise N={number}      # passes once they are resolved; the page of the solution lists what to generate
  docs/exercises/solutions/refresh {name}
  cp {patch} {root}/docs/exercises/solutions/
  cd {root} && git worktree remove --force ../refresh
  make test-exercises ARGS="-k {name}"
"""


@pytest.mark.parametrize("solution", SOLUTIONS, ids=str)
def test_solution_applies(solution: Solution) -> None:
    done = apply(ROOT, solution.patch, "--check")
    # A patch that copies files cannot be reversed.
    is_applied = "already exists in working directory" in done.stderr
    is_applied = is_applied or apply(ROOT, solution.patch, "--check", "--reverse").returncode == 0
    assert done.returncode == 0 or is_applied, REFRESH.format(
        patch=solution.patch, error=done.stderr, number=solution.name[0], name=solution.name, root=ROOT
    )


@pytest.mark.parametrize("solution", SOLUTIONS, ids=str)
def test_exercise_is_complete(solution: Solution) -> None:
    page, explanation = ((ROOT / path).read_text() for path in solution.pages)
    assert (ROOT / solution.test).is_file()
    assert f"make exercise N={solution.name[0]}" in page
    assert f"solutions/{solution.name}.md" in page
    assert f"({solution.name}.patch)" in explanation
    commands = [f"git apply -C1 {solution.patch}", *map(" ".join, solution.generate)]
    assert [command for command in commands if f"\n{command}\n" not in explanation] == []


def test_pages_tests_and_patches_belong_to_exercises() -> None:
    names = ("[0-9]*.md", "solutions/[0-9]*", "tests/test_*.py")
    found = [path for name in names for path in (ROOT / EXERCISES).glob(name)]
    known = {path for solution in SOLUTIONS for path in (*solution.pages, solution.patch, solution.test)}
    assert {path.relative_to(ROOT) for path in found} == known
    listed = re.findall(r"^\d\. \[.*\]\((.+)\.md\)", (ROOT / EXERCISES / "README.md").read_text(), re.MULTILINE)
    assert listed == [solution.name for solution in SOLUTIONS]


def test_patch_that_does_not_apply_is_noticed(tmp_path: Path) -> None:
    for solution in SOLUTIONS:
        assert apply(tmp_path, solution.patch, "--check").returncode != 0


@pytest.mark.parametrize("solution", SOLUTIONS, ids=str)
def test_make_runs_the_test_of_an_exercise(solution: Solution) -> None:
    # Within `make test` variables say so, and make would react to them.
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKELEVEL", "MAKEFLAGS"}}
    command = ["make", "-n", "exercise", f"N={solution.name[0]}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    pattern = done.stdout.split()[-1]
    assert [*ROOT.glob(pattern)] == [ROOT / solution.test]


def test_mutations_of_the_exercise_about_idempotency_fit_the_code() -> None:
    for name, mutation in tomllib.loads((ROOT / EXERCISES / "mutations.toml").read_text()).items():
        found = (ROOT / mutation["file"]).read_text().count(mutation["old"])
        assert found == 1, f"adapt '{name}' in {EXERCISES}/mutations.toml to the code of {mutation['file']}"


@pytest.mark.parametrize("answer", [[], ["order.created"]], ids=["none", "wrong"])
def test_exercise_about_a_trace_does_not_print_what_is_to_be_found(
    monkeypatch: pytest.MonkeyPatch, answer: list[str]
) -> None:
    monkeypatch.setitem(trace_exercise.ANSWERS, "chain", answer)
    with pytest.raises(pytest.fail.Exception) as failure:
        trace_exercise.check("chain", ["expiration.complete"])
    assert not failure.value.pytrace
    assert "expiration.complete" not in str(failure.value)
