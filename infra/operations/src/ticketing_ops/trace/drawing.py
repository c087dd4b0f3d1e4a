"""A timeline as a picture (SVG), and as a page with it (HTML): one lane for each service, without scripts."""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from ticketing_ops.trace.text import offset, text
from ticketing_ops.trace.timeline import Step, Timeline

LANES = ("orders", "tickets", "payments", "expiration", "stream", "stripe")
_COLORS = dict(zip(LANES, ("#2563eb", "#7c3aed", "#059669", "#d97706", "#64748b", "#db2777"), strict=True))
_LEFT, _LANE, _ROW, _TOP = 90, 90, 26, 64
_TEXT_X = _LEFT + len(LANES) * _LANE + 10
_WIDTH = _TEXT_X + 720
_MAX_CHARS = 105
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 14px system-ui, sans-serif; margin: 2rem }}
pre {{ background: #f1f5f9; padding: 1rem; overflow: auto }}
</style>
</head><body>
{picture}
<pre>{text}</pre>
</body></html>
"""


def picture(timeline: Timeline) -> str:
    """An SVG image: time runs down, and each step is a dot in the lane of its service."""
    height = _TOP + _ROW * (len(timeline.steps) + 1)
    body = "\n".join([*_lanes(height), *_path(timeline), *_rows(timeline)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="10" y="20" font-size="14" font-weight="600">{escape(timeline.title)}</text>\n{body}\n</svg>\n'
    )


def page(timeline: Timeline) -> str:
    """A page with the picture and the text."""
    return _PAGE.format(title=escape(timeline.title), picture=picture(timeline), text=escape(text(timeline)))


def _x(source: str) -> int:
    lane = LANES.index(source) if source in LANES else len(LANES) - 1
    return _LEFT + lane * _LANE + _LANE // 2


def _y(row: int) -> int:
    return _TOP + _ROW * row + _ROW // 2


def _lanes(height: int) -> Iterator[str]:
    for lane in LANES:
        x, color = _x(lane), _COLORS[lane]
        yield f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{height - 8}" stroke="#e2e8f0"/>'
        yield f'<text x="{x}" y="{_TOP - 16}" text-anchor="middle" font-weight="600" fill="{color}">{lane}</text>'


def _path(timeline: Timeline) -> Iterator[str]:
    """From each step to the next."""
    points = " ".join(f"{_x(step.source)},{_y(row)}" for row, step in enumerate(timeline.steps))
    if points:
        yield f'<polyline points="{points}" fill="none" stroke="#cbd5e1" stroke-width="1.5"/>'


def _rows(timeline: Timeline) -> Iterator[str]:
    for row, step in enumerate(timeline.steps):
        yield _row(step, _y(row), timeline.start or step.at)


def _row(step: Step, y: int, start: datetime) -> str:
    shown = step.text if len(step.text) <= _MAX_CHARS else f"{step.text[:_MAX_CHARS]} …"
    color = _COLORS.get(step.source, "#64748b")
    return (
        f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#64748b">{offset(step.at, start)}</text>'
        f'<circle cx="{_x(step.source)}" cy="{y}" r="5" fill="{color}"><title>{step.at.isoformat()}</title></circle>'
        f'<text x="{_TEXT_X}" y="{y + 4}">{escape(shown)}</text>'
    )
