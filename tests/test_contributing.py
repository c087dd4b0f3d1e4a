"""The recipes of CONTRIBUTING.md: each is followed, and each of its steps is forgotten once."""

import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from ticketing_common.messaging import Listener
from ticketing_local.settings import SERVICES
from ticketing_test_support.gateway_routes import gateway_routes

ROOT = Path(__file__).parents[1]
EVENTS = "common/src/ticketing_common/events"
TICKET_FIELD = "    order_id: str | None = None\n"
NEW_EVENT = '''class TicketViewed(TicketState):
    """A visitor opened the ticket."""

    subject = Subject.TICKET_VIEWED


EVENTS: dict'''

Step = Callable[[Path], None]


def replace(file: str, *changes: tuple[str, str]) -> Step:
    """A step that edits a file."""

    def step(root: Path) -> None:
        text = (root / file).read_text()
        for old, new in changes:
            assert old in text, f"{file} does not contain {old!r}"
            text = text.replace(old, new, 1)
        (root / file).write_text(text)

    return step


def regenerate_schemas(root: Path) -> None:
    assert run(root, "-m", "ticketing_common.events.schemas", "common/contract").returncode == 0


TICKET_SAMPLE = replace(
    "common/tests/events/samples.py",
    ('    "step": "reserved",\n}', '    "step": "reserved",\n    "venue": "Opera",\n}'),
)
FIELD = replace(f"{EVENTS}/tickets.py", (TICKET_FIELD, f'{TICKET_FIELD}    venue: str = ""\n'))
REQUIRED_FIELD = replace(f"{EVENTS}/tickets.py", (TICKET_FIELD, f"    venue: str\n{TICKET_FIELD}"))
SUBJECT = replace(
    f"{EVENTS}/subjects.py", ("    ORDER_CREATED", '    TICKET_VIEWED = "ticket.viewed"\n    ORDER_CREATED')
)
MODEL = replace(
    f"{EVENTS}/__init__.py",
    ("EVENTS: dict", NEW_EVENT),
    ("        TicketUpdated,\n", "        TicketUpdated,\n        TicketViewed,\n"),
)
RECIPES = {
    "field": [FIELD, TICKET_SAMPLE, regenerate_schemas],
    "event": [SUBJECT, MODEL, regenerate_schemas],
}
FORGOTTEN = {
    "field without default": [REQUIRED_FIELD, TICKET_SAMPLE, regenerate_schemas],
    "field without sample": [FIELD, regenerate_schemas],
    "field without schemas": [FIELD, TICKET_SAMPLE],
    "event without subject": [MODEL],
    "event without model": [SUBJECT],
    "event without schemas": [SUBJECT, MODEL],
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The common package and its tests, to change."""
    shutil.copytree(ROOT / "common", tmp_path / "common", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Loading every plugin that is installed costs more than the tests themselves.
    environment = {**os.environ, "PYTHONPATH": str(root / "common/src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, check=False, capture_output=True, text=True, timeout=60
    )


def contract_tests_pass(root: Path) -> bool:
    plugins = ("-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout")
    result = run(root, "-m", "pytest", "-q", "-x", *plugins, "common/tests/events")
    assert result.returncode in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED), result
    return result.returncode == pytest.ExitCode.OK


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_event_recipe_keeps_the_contract(copy: Path, recipe: list[Step]) -> None:
    for step in recipe:
        step(copy)
    assert contract_tests_pass(copy)


@pytest.mark.parametrize("steps", FORGOTTEN.values(), ids=FORGOTTEN)
def test_forgotten_step_of_an_event_recipe_is_noticed(copy: Path, steps: list[Step]) -> None:
    for step in steps:
        step(copy)
    assert not contract_tests_pass(copy)


def not_started(listeners: list[str], app: str) -> list[str]:
    return [name for name in listeners if not re.search(rf"\b{name}\(", app)]


@pytest.mark.parametrize("service", SERVICES[1:])
def test_every_listener_is_started(service: str) -> None:
    module = import_module(f"ticketing_{service}.listeners")
    listeners = [
        name
        for name, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Listener) and "durable" in vars(found)
    ]
    app = inspect.getsource(import_module(f"ticketing_{service}.app"))
    assert listeners
    assert not_started(listeners, app) == []
    assert not_started([*listeners, "ForgottenListener"], app) == ["ForgottenListener"]


def places_without(service: str) -> Iterator[str]:
    """Where the service should be listed and is not."""
    workspace = (ROOT / "pyproject.toml").read_text()
    listed = {
        "workspace members": re.search(rf'members = \[[^\]]*"{service}"', workspace),
        "workspace sources": f"ticketing-{service} = {{ workspace = true }}" in workspace,
        "import contracts": re.search(rf'root_packages = \[[^\]]*"ticketing_{service}"', workspace),
        "layers": f'containers = ["ticketing_{service}"]' in workspace,
        "Makefile": re.search(rf"^SERVICES := .*\b{service}\b", (ROOT / "Makefile").read_text(), re.MULTILINE),
        "local stack": service in SERVICES,
        "gateway": service in gateway_routes().values() or service == "expiration",  # it has no routes
        "images": re.search(rf'^all=".*\b{service}\b', (ROOT / "infra/images/build").read_text(), re.MULTILINE),
        "skaffold": f"image: ticketing/{service}\n" in (ROOT / "skaffold.yaml").read_text(),
        "compose.yaml": f"\n  {service}:\n" in (ROOT / "compose.yaml").read_text(),
        "README": f"| [{service}]({service}) |" in (ROOT / "README.md").read_text(),
        **{name: (ROOT / f"infra/k8s/{name}").is_file() for name in (f"{service}.yaml", f"{service}-mongo.yaml")},
    }
    yield from (place for place, found in listed.items() if not found)


def services() -> list[str]:
    return sorted(path.parents[2].name for path in ROOT.glob("*/src/*/main.py"))


@pytest.mark.parametrize("service", services())
def test_every_service_is_listed_everywhere(service: str) -> None:
    assert list(places_without(service)) == []


def test_missing_service_is_noticed_in_every_place() -> None:
    assert len(list(places_without("invoices"))) == 13
