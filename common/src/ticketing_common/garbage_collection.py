"""Settings of Python's garbage collector for a process that serves requests."""

import gc

# Collections of the youngest objects: each request creates hundreds, almost none of them in a cycle.
_ALLOCATIONS = 20_000


def tune_garbage_collector() -> None:
    """Collect less often, and never look again at what exists now: modules, classes and routes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 20, 20)
