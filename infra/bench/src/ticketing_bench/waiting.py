"""Wait for a condition."""

import time
from collections.abc import Callable


def wait_for(what: str, condition: Callable[[], bool], *, seconds: float = 60, every: float = 0.05) -> None:
    """Poll until `condition` holds. TimeoutError, which names `what`, when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(every)
