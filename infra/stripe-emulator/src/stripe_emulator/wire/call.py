"""One call of the API, as the resources see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_emulator.account import Work
from stripe_emulator.wire.params import Params

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """What is asked (`params`), about which object (`id`, empty when none is named), by whom."""

    work: Work
    params: Params
    path: str
    id: str = ""
    by_page: bool = False


Act = Callable[[Call], Json]
