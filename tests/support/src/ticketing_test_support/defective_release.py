"""A release with a defect: it cannot read one kind of event.

`python -m ticketing_test_support.defective_release -m MODULE …` runs a service like this; UNREADABLE is the subject.
"""

import os
import runpy
import sys
from typing import Any

from ticketing_common.events import Event

_parse = Event.parse.__func__  # type: ignore[attr-defined]


def parse(event: type[Event], payload: bytes) -> Any:
    """As the release before the fix."""
    if event.subject.value == os.environ["UNREADABLE"]:
        return _parse(event, b"{}")
    return _parse(event, payload)


if __name__ == "__main__":
    setattr(Event, "parse", classmethod(parse))  # noqa: B010  mypy knows no replaced method
    module, sys.argv = sys.argv[2], sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
