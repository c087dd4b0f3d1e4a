"""The chart: each route's CPU time in bare responses, beside its database operation and the original application."""

from collections.abc import Sequence
from html import escape

from ticketing_bench.reference import ORIGINAL
from ticketing_bench.results import Result
from ticketing_bench.routes import ROUTES

WIDTH, LEFT, RIGHT, ROW, BAR = 740, 240, 60, 34, 8
STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #24292f }
.ours { fill: #0969da } .operation { fill: #8c959f } .original { fill: #bf8700 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .ours { fill: #4493f8 } .operation { fill: #6e7681 } .original { fill: #d29922 }
}"""
SERIES = (("ours", "this project"), ("operation", "the database operation alone"), ("original", "the original"))


def chart(results: Sequence[Result]) -> str:
    """An SVG for light and dark pages: routes with the default driver, without what is all hash or Stripe."""
    drawn = {row.name for row in ROUTES if "signin" not in row.name and "payments" not in row.name}
    shown = [result for result in results if result.units and result.label in drawn]
    longest = max((max(_values(result).values()) for result in shown), default=1)
    height = ROW * len(shown) + 56
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>CPU time per request, in bare ASGI responses</title>",
        f"<style>{STYLE}</style>",
        *_legend(),
    ]
    for number, result in enumerate(shown):
        lines += _row(result, y=44 + number * ROW, scale=(WIDTH - LEFT - RIGHT) / longest)
    return "\n".join([*lines, "</svg>", ""])


def _values(result: Result) -> dict[str, float]:
    """Bare responses by series."""
    found = {"ours": result.units, "original": ORIGINAL.get(result.name)}
    if result.operation and result.bare:
        found["operation"] = result.operation / result.bare
    return {name: found[name] or 0 for name, _ in SERIES if found.get(name)}


def _legend() -> list[str]:
    lines = ['<text x="0" y="14">CPU time per request, in bare ASGI responses of the same run</text>']
    for number, (name, text) in enumerate(SERIES):
        x = 215 * number
        lines.append(
            f'<rect class="{name}" x="{x}" y="22" width="10" height="10"/><text x="{x + 15}" y="31">{text}</text>'
        )
    return lines


def _row(result: Result, *, y: int, scale: float) -> list[str]:
    lines = [f'<text x="0" y="{y + 14}">{escape(result.name)}</text>']
    for number, (name, value) in enumerate(_values(result).items()):
        top, width = y + number * (BAR + 1), value * scale
        lines.append(f'<rect class="{name}" x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}"/>')
        if name == "ours":
            lines.append(f'<text x="{LEFT + width + 5:.1f}" y="{top + 9}">{value:.0f}</text>')
    return lines
