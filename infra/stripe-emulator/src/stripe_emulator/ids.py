"""Identifiers that look like Stripe's; random, so that an emptied emulator never repeats one."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 24


def new_id(prefix: str) -> str:
    """A new id such as `pi_3kFz…`, from letters and digits."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
