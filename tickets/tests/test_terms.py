"""Which titles a text finds: `query_terms` of the text are among `title_terms` of the title."""

import pytest

from ticketing_tickets.terms import query_terms, title_terms


def finds(text: str, title: str) -> bool:
    return set(query_terms(text)) <= set(title_terms(title))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        *(
            ("opera", "Opera gala"),
            ("GALA opera", "Opera gala"),
            ("gal", "Opera gala"),
            ("opera g", "Opera gala, row C"),
        ),
        *(("", "Opera"), ("  ", "🎟️"), ("row 7", "Row 7"), ("o", "Opera"), ("neill", "O'Neill"), ("o'nei", "O'Neill")),
        *(("cafe", "Café"), ("CAFÉ", "cafe"), ("strasse", "Straße"), ("İstanbul", "istanbul"), ("σας", "ΣΑΣ")),
        *(
            ("fi", "ﬁnale"),
            ("2", "\uff12\uff10\uff12\uff16"),
            ("コンサート", "東京コンサート"),
            ("京", "東京"),
            ("공연", "공연 티켓"),
        ),
        *(
            ("lodz", "Łódź"),
            ("Łódź", "lodz"),
            ("kobenhavn", "København"),
            ("kadikoy", "Kad\u0131köy"),
            ("oeuvre", "Œuvre"),
        ),
        *(("x" * 30, "X" * 30), ("x" * 21, "x" * 30), ("y" * 150, "y" * 150)),
    ],
)
def test_found(text: str, title: str) -> None:
    assert finds(text, title)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        *(("pera", "Opera"), ("op gala", "Opera gala"), ("opera gala x", "Opera gala"), ("opera", "Oper")),
        *(("!!!", "!!!"), ("🎟️", "🎟️"), ("東京都", "東京"), ("_", "a_b")),
    ],
)
def test_not_found(text: str, title: str) -> None:
    assert not finds(text, title)


@pytest.mark.parametrize("title", ["a " * 100, "x" * 200, "ﷺ" * 200, "東" * 200, "e" + "\u0301" * 199, "가" * 200])
def test_terms_of_any_title_are_few(title: str) -> None:
    terms = title_terms(title)
    assert len(terms) <= 301
    assert sum(map(len, terms)) < 4_500
