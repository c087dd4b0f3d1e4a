"""The solutions of docs/exercises, and what shows that each follows the recipes of CONTRIBUTING.md."""

from dataclasses import dataclass
from pathlib import Path

from tests.exercises.checkout import EXERCISES

PYTHON = ".venv/bin/python"
WRITE_API_DOCUMENTS = (PYTHON, "-m", "ticketing_docs")
WRITE_SCHEMAS = (PYTHON, "-m", "ticketing_common.events.schemas", "common/contract")


@dataclass(frozen=True)
class Solution:
    """A patch, and tests that a real change must pass.

    Once it is applied, `install` names new workspace members, and the commands `generate` write generated files.
    """

    name: str
    guards: tuple[str, ...]
    install: tuple[str, ...] = ()
    generate: tuple[tuple[str, ...], ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def patch(self) -> Path:
        """Relative to the root, as the next ones."""
        return EXERCISES / "solutions" / f"{self.name}.patch"

    @property
    def pages(self) -> tuple[Path, Path]:
        """The task, and the explanation of its solution."""
        return EXERCISES / f"{self.name}.md", EXERCISES / "solutions" / f"{self.name}.md"

    @property
    def test(self) -> Path:
        """It fails until the exercise is solved."""
        return EXERCISES / "tests" / f"test_{self.name.replace('-', '_')}.py"


SOLUTIONS = (
    Solution(
        "1-event-field",
        generate=(WRITE_SCHEMAS, WRITE_API_DOCUMENTS),
        guards=(
            "common/tests/events",
            "infra/docs/tests",
            "tickets/tests/test_events.py",
            "orders/tests/test_compatibility.py",
            "tests/test_contributing.py",
        ),
    ),
    Solution(
        "2-new-consumer",
        generate=(WRITE_API_DOCUMENTS,),
        guards=(
            "expiration/tests",
            "infra/docs/tests",
            "infra/local/tests/test_permissions.py",
            "infra/manifests/tests/test_nats.py",
            "infra/operations/tests",
            "tests/model/test_crash_matrix.py",
            "tests/test_architecture_page.py",
            "tests/test_contributing.py",
        ),
    ),
    Solution(
        "3-notifications",
        install=("notifications",),
        generate=(WRITE_API_DOCUMENTS,),
        guards=(
            "notifications/tests",
            "infra/compose/tests",
            "infra/docs/tests",
            "infra/images/tests",
            "infra/local/tests/test_gateway.py",
            "infra/local/tests/test_permissions.py",
            "infra/local/tests/test_processes.py",
            "infra/manifests/tests",
            "infra/operations/tests",
            "infra/release/tests",
            "tests/test_architecture_page.py",
            "tests/test_authorization.py",
            "tests/test_contributing.py",
        ),
    ),
    Solution("4-idempotency", guards=("docs/exercises/answers/test_expiry.py", "expiration/tests/test_store.py")),
    Solution("5-drill", guards=("infra/local/tests/test_chaos.py",)),
    Solution("6-trace", guards=("infra/observability/tests/test_waterfall.py",)),
)
