"""API keys: a server's secret key, or a page's publishable one."""

from starlette.datastructures import Headers

from stripe_emulator.http.errors import Unauthenticated
from stripe_emulator.http.request import Params

SECRET = ("sk_test_", "rk_test_")
PUBLISHABLE = ("pk_test_",)
ANY = SECRET + PUBLISHABLE


def authenticate(headers: Headers, params: Params, *, accepted: tuple[str, ...]) -> bool:
    """Whether a page sent the request, with a publishable key, rather than a server; any test key is accepted.

    Raises:
        Unauthenticated: no test key, or one whose prefix is not `accepted`.
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    key = value.strip() if scheme.lower() == "bearer" else params.text("key")
    if not key:
        raise Unauthenticated(
            "You did not provide an API key. You need to provide your API key in the Authorization header, "
            "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if not key.startswith(ANY):
        raise Unauthenticated(
            "Invalid API Key provided: use one that begins with sk_test_ (a server's) or pk_test_ (a page's)."
        )
    by_page = key.startswith(PUBLISHABLE)
    if not key.startswith(accepted):
        wrong, right = ("publishable", "secret") if by_page else ("secret", "publishable")
        message = f"This API call cannot be made with a {wrong} API key. Please use a {right} API key."
        raise Unauthenticated(message, code=f"{right}_key_required")
    return by_page
