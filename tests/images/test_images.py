"""The content of the images, and their response to missing settings."""

import pytest
from tests.images.engine import docker, inspect, run

SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
IMAGES = (*SERVICES, "operations", "client", "stripe-emulator")
COMPILERS = "gcc cc make"
INSTALLERS = dict.fromkeys(IMAGES, f"pip pip3 uv {COMPILERS}") | {"client": f"npm npx yarn corepack {COMPILERS}"}
PACKAGES = dict.fromkeys(IMAGES, "*-packages/pip") | {"client": "*/node_modules/npm"}


def image(name: str) -> str:
    return f"ticketing/{name}:dev"


def shell(name: str, script: str) -> str:
    """The output of a script in the image."""
    return docker(
        "run", "--rm", "--read-only", "--entrypoint", "sh", image(name), "-c", f"{{ {script}; }} 2> /dev/null"
    )


@pytest.mark.parametrize("name", IMAGES)
def test_image_runs_as_numbered_user_that_owns_its_code(name: str) -> None:
    assert inspect(image(name))["Config"]["User"] == "10001:10001"
    assert shell(name, "id -u; stat -c %u:%g /app; find /app ! -uid 10001 | head") == "10001\n10001:10001"


@pytest.mark.parametrize("name", IMAGES)
def test_image_contains_neither_installers_nor_tests(name: str) -> None:
    assert shell(name, f"for tool in {INSTALLERS[name]}; do command -v $tool; done; true") == ""
    assert shell(name, f"find / -xdev -path '{PACKAGES[name]}'; true") == ""
    assert shell(name, "find /app -name node_modules -prune -o \\( -name tests -o -name testing \\) -print; true") == ""


@pytest.mark.parametrize("name", [*SERVICES, "operations", "stripe-emulator"])
def test_image_contains_compiled_bytecode(name: str) -> None:
    sources = int(shell(name, "find /app /opt/venv -name '*.py' -size +0 | wc -l"))
    compiled = int(shell(name, "find /app /opt/venv -name '*.pyc' | wc -l"))
    assert compiled >= 0.95 * sources > 100


@pytest.mark.parametrize("name", IMAGES)
def test_image_has_the_standard_labels(name: str) -> None:
    labels = inspect(image(name))["Config"]["Labels"]
    found = {key.removeprefix("org.opencontainers.image."): value for key, value in labels.items()}
    assert {"title", "description", "source", "licenses", "version", "revision"} <= found.keys()
    assert (found["title"], found["licenses"]) == (f"ticketing/{name}", "MIT")
    assert all(found.values())


@pytest.mark.parametrize("name", SERVICES)
def test_service_without_settings_exits_with_one_line(name: str) -> None:
    ended = run("run", "--rm", "--read-only", image(name))
    assert ended.returncode == 2
    (line,) = ended.stderr.strip().splitlines()
    assert line.startswith("error: MONGO_URI is not set")
