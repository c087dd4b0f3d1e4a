"""Templates, and the drawing of a trace as one self-contained file."""

from datetime import UTC, datetime
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from ticketing_telemetry.spans import Trace
from ticketing_telemetry.units import SECOND, format_duration
from ticketing_telemetry.waterfall import Waterfall

Theme = Literal["auto", "light", "dark"]
MAX_ROWS = 400
FOOTER_HEIGHT = 36

_environment = Environment(
    loader=PackageLoader("ticketing_telemetry"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, *, theme: Theme = "auto", **values: object) -> str:
    """A template's text. All values are escaped."""
    return _environment.get_template(template).render(theme=theme, **values)


def draw_trace(trace: Trace, *, theme: Theme = "auto") -> str:
    """The waterfall of a trace as an SVG document that needs no other file."""
    values = _values(trace)
    return render("trace.svg", theme=theme, footer=FOOTER_HEIGHT if values["hidden"] else 12, **values)


def trace_page(trace: Trace, *, theme: Theme = "auto") -> str:
    """The same as an HTML document, with the attributes of each span."""
    return render("trace.html", theme=theme, section="traces", **_values(trace))


def _values(trace: Trace) -> dict[str, object]:
    waterfall = Waterfall(trace)
    return {
        "trace": trace,
        "waterfall": waterfall,
        "rows": waterfall.rows[:MAX_ROWS],
        "hidden": max(0, len(trace.spans) - MAX_ROWS) + trace.dropped,
        "duration": format_duration(trace.duration),
        "description": describe(trace),
    }


def describe(trace: Trace) -> str:
    """One line: when, how long, how many spans, services and errors."""
    started = datetime.fromtimestamp(trace.start / SECOND, UTC).strftime("%d %b %Y, %H:%M:%S UTC")
    busy = f"{format_duration(trace.duration)} from the first span to the last"
    counts = f"{len(trace.spans)} spans of {len(trace.services)} services"
    errors = f", {trace.errors} failed" if trace.errors else ""
    return f"{started} · {busy} · {counts}{errors}"
