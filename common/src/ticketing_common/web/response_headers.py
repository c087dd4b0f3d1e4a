"""Headers of every response of the API: nothing is sniffed, stored or told to other sites, and HTTPS stays HTTPS."""

from collections.abc import Sequence

Header = tuple[bytes, bytes]

_ALWAYS: tuple[Header, ...] = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_HTTPS: tuple[Header, ...] = (*_ALWAYS, (b"strict-transport-security", b"max-age=31536000"))
_NO_STORE: Header = (b"cache-control", b"no-store")


def with_security_headers(headers: Sequence[Header], *, https: bool) -> list[Header]:
    """A route's own Cache-Control is kept."""
    added = _HTTPS if https else _ALWAYS
    for name, _ in headers:
        if name == b"cache-control":
            return [*headers, *added]
    return [*headers, *added, _NO_STORE]
