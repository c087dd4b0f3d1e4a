"""The header X-Request-ID, by which a request is found in the logs. A client or proxy may choose it; else we do."""

import re
from random import getrandbits

from ticketing_common.observability.redaction import redact_text

HEADER = b"x-request-id"
# As proxies make them. A UUID, or 32 hex digits, cannot be a secret of a known form.
_COMMON = re.compile(rb"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SAFE = re.compile(rb"[\w.:-]{1,64}", re.ASCII)


def request_id(sent: bytes | None) -> str:
    """The id that was sent, if it can be logged as it is; else a new one of 32 hex digits."""
    if sent is not None and _SAFE.fullmatch(sent):
        text = sent.decode()
        if _COMMON.fullmatch(sent) or redact_text(text) == text:
            return text
    return f"{getrandbits(128):032x}"
