"""Writes that a browser sends because of another site's page are refused, although SameSite=Lax already withholds the
cookie from them: sign-in needs none, and another host of the same site is not another site for cookies.

https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from collections.abc import Mapping

from ticketing_common.errors import CrossSiteRequest

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def refuse_cross_site(headers: Mapping[bytes, bytes]) -> None:
    """Raises CrossSiteRequest for what a browser says comes from elsewhere; other clients send neither header."""
    origin = headers.get(b"origin")
    if headers.get(b"sec-fetch-site") == b"cross-site" or (
        origin is not None and not _is_own(origin.decode("latin-1"), headers.get(b"host", b"").decode("latin-1"))
    ):
        raise CrossSiteRequest


def _is_own(origin: str, host: str) -> bool:
    """Whether the origin has the request's host and port. Schemes may differ: a proxy may not pass on its own."""
    scheme, _, authority = origin.lower().partition("://")
    default = _DEFAULT_PORTS.get(scheme)
    if default is None or not authority:  # `null` among them
        return False
    return authority.removesuffix(default) == host.lower().removesuffix(default)
