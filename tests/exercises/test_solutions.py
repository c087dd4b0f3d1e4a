"""Each exercise of docs/exercises fails in this checkout and passes with its solution, which is a change fit to merge.

`make test-exercises` runs these tests; `make test` only checks that the patches still apply (tests/test_exercises.py).
"""

import subprocess
from pathlib import Path

import pytest
from tests.exercises.checkout import CheckoutCopy, copy_of_checkout
from tests.exercises.solutions import SOLUTIONS, Solution

pytestmark = pytest.mark.timeout(1_800)


@pytest.fixture(scope="module", params=SOLUTIONS, ids=str)
def solution(request: pytest.FixtureRequest) -> Solution:
    """Each in turn."""
    found: Solution = request.param
    return found


@pytest.fixture(scope="module")
def unsolved(solution: Solution, tmp_path_factory: pytest.TempPathFactory) -> CheckoutCopy:
    """A copy of this checkout."""
    return copy_of_checkout(tmp_path_factory.mktemp("unsolved"))


@pytest.fixture(scope="module")
def solved(solution: Solution, tmp_path_factory: pytest.TempPathFactory) -> CheckoutCopy:
    """A copy of this checkout with the solution applied."""
    checkout = copy_of_checkout(tmp_path_factory.mktemp("solved"))
    checkout.apply(solution.patch)
    for member in solution.install:
        checkout.install(member)
    for command in solution.generate:
        assert_passed(checkout.run(*command))
    return checkout


@pytest.fixture(scope="module")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by all copies, whose files mostly are the same."""
    return tmp_path_factory.getbasetemp() / "mypy"


def assert_passed(done: "subprocess.CompletedProcess[str]") -> None:
    assert done.returncode == 0, f"{' '.join(done.args)}\n{done.stdout}"


def test_exercise_fails_before_it_is_solved(solution: Solution, unsolved: CheckoutCopy) -> None:
    done = unsolved.pytest(str(solution.test))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout


def test_solution_passes(solution: Solution, solved: CheckoutCopy) -> None:
    assert_passed(solved.pytest(str(solution.test)))


def test_solution_keeps_what_guards_every_change(solution: Solution, solved: CheckoutCopy) -> None:
    assert_passed(solved.pytest(*solution.guards))


def test_solution_passes_the_linters(solution: Solution, solved: CheckoutCopy, mypy_cache: Path) -> None:
    assert_passed(solved.run("ruff", "check", "."))
    assert_passed(solved.run("ruff", "format", "--check", "."))
    assert_passed(solved.run("lint-imports", "--no-cache"))
    if changed := [name for name in solved.changed() if name.endswith(".py")]:
        assert_passed(solved.run("mypy", "--cache-dir", str(mypy_cache), *changed))
