"""Exercise 4: which test catches each mutation that breaks idempotency. Makes each mutation and runs the test."""

import subprocess
import tomllib
from pathlib import Path

import pytest
from tests.exercises.checkout import CheckoutCopy, copy_of_checkout

EXERCISES = Path(__file__).parents[1]
MUTATIONS = tomllib.loads((EXERCISES / "mutations.toml").read_text())
ANSWERS = tomllib.loads((EXERCISES / "answers/4-idempotency.toml").read_text())
OWN = "expiry"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> CheckoutCopy:
    """A copy of this checkout, to break."""
    return copy_of_checkout(tmp_path_factory.mktemp("mutated"))


def answer(mutation: str) -> str:
    test: str = ANSWERS[mutation]
    assert test, f"name a test for '{mutation}' in docs/exercises/answers/4-idempotency.toml"
    assert "::" in test, f"{test} is not one test: name it as FILE::TEST"
    return test


def result_with(checkout: CheckoutCopy, mutation: dict[str, str], test: str) -> subprocess.CompletedProcess[str]:
    """Of a run with the mutation, which is undone afterwards."""
    path = checkout.root / mutation["file"]
    text = path.read_text()
    path.write_text(text.replace(mutation["old"], mutation["new"]))
    try:
        return checkout.pytest(test)
    finally:
        path.write_text(text)


@pytest.mark.parametrize("name", MUTATIONS)
def test_named_test_catches_the_mutation(checkout: CheckoutCopy, name: str) -> None:
    test = answer(name)
    clean = checkout.pytest(test)
    assert clean.returncode == pytest.ExitCode.OK, f"{test} must pass without the mutation:\n{clean.stdout}"
    mutated = result_with(checkout, MUTATIONS[name], test)
    assert mutated.returncode != pytest.ExitCode.OK, f"{test} passes, although: {MUTATIONS[name]['effect']}"
    assert mutated.returncode == pytest.ExitCode.TESTS_FAILED, mutated.stdout


def test_one_test_is_your_own() -> None:
    assert answer(OWN).startswith("docs/exercises/answers/")
