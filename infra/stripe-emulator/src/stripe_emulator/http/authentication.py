"""API keys: a server's secret key, or a page's publishable one."""

from starlette.datastructures import Headers

from stripe_emulator.http.errors import Unauthenticated
from stripe_emulator.http.request import Params

SECRET = ("sk_test_", "rk_test_")
PUBLISHABLE = "pk_test_"


def is_publishable(headers: Headers, params: Params) -> bool:
    """Whether the request's key is a publishable one rather than a secret one; any test key is accepted.

    Raises:
        Unauthenticated: no key, or not a test key.
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    key = value.strip() if scheme.lower() == "bearer" else params.text("key")
    if not key:
        raise Unauthenticated(
            "You did not provide an API key. You need to provide your API key in the Authorization header, "
            "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if not key.startswith((*SECRET, PUBLISHABLE)):
        raise Unauthenticated(
            "Invalid API Key provided: use one that begins with sk_test_ (a server's) or pk_test_ (a page's)."
        )
    return key.startswith(PUBLISHABLE)


def require_secret_key() -> Unauthenticated:
    """The error for a publishable key where a secret one is needed."""
    return Unauthenticated(
        "This API call cannot be made with a publishable API key. Please use a secret API key.",
        code="secret_key_required",
    )
