"""The keys of `JWT_SECRET`: the current one, then previous ones whose sessions are still valid, separated by commas."""

MIN_BYTES = 8
# HS256 requires a key as long as its hash (RFC 7518, section 3.2): a shorter one might be guessed.
FULL_BYTES = 32


def split_keys(secret: str) -> list[str]:
    """The keys, the current one first."""
    return secret.split(",")


def check_keys(secret: str, *, min_bytes: int = MIN_BYTES) -> None:
    """ValueError unless each key has at least so many bytes, and no spaces around it if there are several."""
    keys = split_keys(secret)
    if any(len(key.strip().encode()) < min_bytes for key in keys):
        each = "" if len(keys) == 1 else " in each key between its commas"
        raise ValueError(f"must have at least {min_bytes} characters{each}, or sessions can be forged")
    if len(keys) > 1 and any(key != key.strip() for key in keys):
        raise ValueError("must have no spaces beside its commas")


def is_weak(secret: str) -> bool:
    """Whether one of the keys is shorter than HS256 requires."""
    return any(len(key.encode()) < FULL_BYTES for key in split_keys(secret))
