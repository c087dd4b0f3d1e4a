"""The servers' passwords, and addresses that contain them."""

import hmac
import re
from dataclasses import dataclass

from ticketing_local.permissions import OPERATOR

_PASSWORD = re.compile(r"(?<=://)([^:@/\s]*):[^@/\s]+@")


@dataclass(frozen=True)
class Credentials:
    """Derived from one secret of the state, so that a new user of a server needs no new file."""

    secret: str

    def password(self, server: str, user: str) -> str:
        """Hexadecimal after a letter: it can be put into a URL, and NATS does not take it for a number."""
        return f"p{hmac.new(self.secret.encode(), f'{server}/{user}'.encode(), 'sha256').hexdigest()[:40]}"

    def login(self, server: str, user: str = OPERATOR) -> str:
        """The part of a URL before the host."""
        return f"{user}:{self.password(server, user)}@"


def mask_password(url: str) -> str:
    """The URL as people see it."""
    return _PASSWORD.sub(r"\1:***@", url)
