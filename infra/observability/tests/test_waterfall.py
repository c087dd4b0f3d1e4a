"""The rows, the time axis and the drawing of a trace."""

from xml.etree import ElementTree

from infra.observability.tests.samples import MS, span, trace

from ticketing_telemetry.rendering import MAX_ROWS, draw_trace, trace_page
from ticketing_telemetry.spans import Link
from ticketing_telemetry.waterfall import Waterfall

SVG = "{http://www.w3.org/2000/svg}"


def test_children_follow_their_parent() -> None:
    rows = Waterfall(trace(span(1), span(2, 1), span(3), span(4, 2), span(5, 1))).rows
    assert [(int(row.span.span_id, 16), row.depth) for row in rows] == [(1, 0), (2, 1), (4, 2), (5, 1), (3, 0)]


def test_span_without_its_parent_is_at_the_top() -> None:
    rows = Waterfall(trace(span(1), span(2, 99))).rows
    assert [(row.depth, row.is_orphan) for row in rows] == [(0, False), (0, True)]


def test_spans_that_are_each_others_parent_are_shown_once() -> None:
    rows = Waterfall(trace(span(1, 2), span(2, 1), span(3, 3))).rows
    assert sorted(int(row.span.span_id, 16) for row in rows) == [1, 2, 3]


def test_bars_keep_the_order_of_time() -> None:
    rows = Waterfall(trace(*(span(number, start=number * number * MS) for number in range(1, 9)))).rows
    lefts = [row.left for row in rows]
    assert lefts == sorted(lefts)
    assert all(0 <= row.left < row.right <= 1.01 for row in rows)


def test_long_idle_time_is_shortened() -> None:
    minute = 60_000 * MS
    waterfall = Waterfall(trace(span(1, start=0, end=20 * MS), span(2, start=minute + 20 * MS, end=minute + 30 * MS)))
    (fold,) = waterfall.timeline.folds
    assert (fold.label, fold.width < 0.1) == ("1 min", True)
    first, second = waterfall.rows
    assert first.width > 0.5
    assert 0.2 < second.width < first.width


def test_short_gaps_are_drawn_to_scale() -> None:
    waterfall = Waterfall(trace(span(1, start=0, end=50 * MS), span(2, start=55 * MS, end=100 * MS)))
    assert waterfall.timeline.folds == []
    assert [round(row.left, 2) for row in waterfall.rows] == [0, 0.55]


def test_picture_is_one_well_formed_file() -> None:
    name = '<script>"&amp;</script>'
    svg = draw_trace(trace(span(1, name=name), span(2, 1, name="failing", is_error=True, service="pay & go")))
    root = ElementTree.fromstring(svg)
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert root.tag == f"{SVG}svg"
    assert name in texts
    assert any(text.startswith("failing ✕ error") for text in texts)
    assert not [value for element in root.iter() for key, value in element.attrib.items() if "href" in key]


def test_picture_of_a_service_with_a_long_name_is_drawn() -> None:
    spans = trace(span(1, service="s" * 60, is_error=True))
    assert ElementTree.fromstring(draw_trace(spans)).tag == f"{SVG}svg"


def test_both_themes_are_drawn() -> None:
    light, dark, auto = (draw_trace(trace(span(1)), theme=theme) for theme in ("light", "dark", "auto"))
    assert ["prefers-color-scheme" in svg for svg in (light, dark, auto)] == [False, False, True]
    assert light != dark


def test_page_shows_attributes_and_links() -> None:
    consumer = span(2, 1, links=(Link("ab" * 16, f"{1:016x}"),), attributes={"messaging.system": "<nats>"})
    html = trace_page(trace(span(1, name="publish order.created"), consumer))
    assert "&lt;nats&gt;" in html
    assert f'<a href="#span-{1:016x}">publish order.created</a>' in html


def test_long_trace_is_cut_and_says_so() -> None:
    spans = trace(*(span(number) for number in range(MAX_ROWS + 7)))
    assert "7 more spans are not shown." in trace_page(spans)
    assert "7 more spans are not drawn." in draw_trace(spans)
