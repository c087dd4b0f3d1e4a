"""An event that signal handlers may set."""

import queue
import threading


class StopEvent(threading.Event):
    """Stays set. The lock of its base is not reentrant: a signal that arrives while it is held would deadlock."""

    def __init__(self) -> None:
        super().__init__()
        self._is_set = False
        self._wakeups = queue.SimpleQueue[None]()  # its put() is reentrant

    def set(self) -> None:
        self._is_set = True
        self._wakeups.put(None)

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        if not self._is_set:
            try:
                self._wakeups.get(timeout=timeout)
            except queue.Empty:
                return False
        return self._is_set
