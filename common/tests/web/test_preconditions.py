"""If-Match: which versions it names."""

import pytest

from ticketing_common.errors import InvalidRequest, PreconditionFailed
from ticketing_common.web.preconditions import _if_match, etag


@pytest.mark.parametrize(
    "header", [None, "*", " * ", '"3"', '"2", "3"', 'W/"3","3"', '"a\\b" ,\t"3"', ', ,"3",', '"3", ,"4"']
)
async def test_named_version_may_be_changed(header: str | None) -> None:
    (await _if_match(header)).require(3)


@pytest.mark.parametrize("header", ['"2"', 'W/"3"', '"03"', '""', '"30", "\xe9"'])
async def test_other_version_is_kept(header: str) -> None:
    with pytest.raises(PreconditionFailed):
        (await _if_match(header)).require(3)


@pytest.mark.parametrize(
    "header",
    [
        *("", "3", '"3', '3"', "'3'", '"3" "2"', '"3 "', ",", "**", '*, "3"', 'w/"3"', '"3"x'),
        f'"3"{"," * 10_000}x',  # in linear time
    ],
    ids=lambda header: header[:9],
)
async def test_malformed_header_is_refused(header: str) -> None:
    with pytest.raises(InvalidRequest):
        await _if_match(header)


def test_etag_is_the_quoted_version() -> None:
    assert etag(3) == {"ETag": '"3"'}
