"""Who asks: the server with its secret key, or a page with the publishable one."""

import base64
import binascii

from starlette.datastructures import Headers

from stripe_emulator.wire.failures import Unauthenticated
from stripe_emulator.wire.params import Params

SECRET = ("sk_test_", "rk_test_")
PUBLISHABLE = ("pk_test_",)


def is_page(headers: Headers, params: Params) -> bool:
    """True for a publishable key, false for a secret one; any test key will do.

    Raises:
        Unauthenticated: no key, or no test key.
    """
    key = _key(headers.get("authorization", "")) or params.text("key")
    if key is None:
        raise Unauthenticated(
            "You did not provide an API key. You need to provide your API key in the Authorization header, "
            "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if not key.startswith((*SECRET, *PUBLISHABLE)):
        raise Unauthenticated(
            "Invalid API Key provided: use one that begins with sk_test_ (a server's) or pk_test_ (a page's)."
        )
    return key.startswith(PUBLISHABLE)


def _key(authorization: str) -> str | None:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0] or None
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def refuse_page() -> Unauthenticated:
    return Unauthenticated(
        "This API call cannot be made with a publishable API key. Please use a secret API key.",
        code="secret_key_required",
    )
