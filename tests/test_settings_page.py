"""docs/settings.md lists every setting of the services with its default, and nothing else."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from limits import RateLimitItem
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ticketing_common.telemetry_settings import TelemetrySettings
from ticketing_local.settings import SERVICES, read_settings

PAGE = (Path(__file__).parents[1] / "docs/settings.md").read_text()
LOCAL = "## `make run`"
SIZES = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
# Described by docs/production.md.
ELSEWHERE = {name.upper() for name in TelemetrySettings.model_fields} - {"OTEL_EXPORTER_OTLP_ENDPOINT"}
# What the page says in words.
IN_WORDS = {"LOG_FORMAT"}
NONE = "\N{EN DASH}"


def documented(text: str) -> dict[str, str]:
    """The default of each setting in the tables, as the page shows it; a dash for none."""
    rows = re.findall(r"^\| (`[A-Z_`· ]+`) \| ([^|]+) \|", text, re.MULTILINE)
    return {
        name.strip("`"): default.strip("`")
        for names, defaults in rows
        for name, default in zip(names.split(" · "), defaults.split(" · "), strict=True)
    }


def in_code() -> dict[str, FieldInfo]:
    """The fields of all services' settings; a required one has priority: it is the stricter one."""
    found: dict[str, FieldInfo] = {}
    for service in SERVICES:
        for name, field in import_module(f"ticketing_{service}.settings").Settings.model_fields.items():
            found.setdefault(name.upper(), field)
    return found


def shown(field: FieldInfo) -> set[str]:
    """How the page may show this default."""
    default: Any = field.default
    if default is None or default is PydanticUndefined:
        return {NONE}
    if isinstance(default, RateLimitItem):
        return {f"{default.amount}/{default.GRANULARITY.name}"}
    sizes = {f"{default // size} {unit}" for unit, size in SIZES.items() if isinstance(default, int)}
    return {str(default), *sizes}


SERVICES_PART, LOCAL_PART = PAGE.split(LOCAL)
FIELDS = in_code()


def test_page_lists_exactly_the_settings_of_the_services() -> None:
    assert documented(SERVICES_PART).keys() == FIELDS.keys() - ELSEWHERE


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - ELSEWHERE - IN_WORDS))
def test_page_shows_the_default(name: str) -> None:
    assert documented(SERVICES_PART)[name] in shown(FIELDS[name])


def test_page_shows_the_defaults_of_the_local_stack() -> None:
    settings, page = read_settings({}), documented(LOCAL_PART)
    assert page["PORT"] == str(settings.port)
    assert page["STATE_DIR"] == settings.state_dir.name
    assert (page["OBSERVABILITY"] == "1") == settings.observability


def test_missing_setting_and_wrong_default_are_noticed() -> None:
    wrong = documented(SERVICES_PART.replace("| `PASSWORD_THREADS` | `2`", "| `PASSWORD_FIBRES` | `3`"))
    assert wrong.keys() ^ documented(SERVICES_PART).keys() == {"PASSWORD_THREADS", "PASSWORD_FIBRES"}
    assert wrong["PASSWORD_FIBRES"] not in shown(FIELDS["PASSWORD_THREADS"])
