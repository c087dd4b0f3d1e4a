"""How many lives are lived: few and always the same in `make test`, many and new ones in `make test-long`.

The bounded run is derandomized and keeps no database of examples: the same lives on every machine, so that a change
that breaks a promise fails for everybody, and one that does not fails for nobody. New lives are for the long run, which
prints its seed and keeps what failed in `.hypothesis`, to be lived first the next time.
"""

from hypothesis import HealthCheck, Phase, settings
from tests.model.machine import MarketLife
from tests.model.market import Market

_SLOW = [HealthCheck.too_slow]  # a life is dozens of steps, and the machine may be busy
BOUNDED = settings(
    max_examples=80, stateful_step_count=50, derandomize=True, database=None, deadline=None, suppress_health_check=_SLOW
)
# A control ends at its first broken promise, which need not be made small.
CONTROL = settings(BOUNDED, max_examples=300, phases=[Phase.generate])


def lives() -> settings:
    """As the chosen profile of hypothesis wants it."""
    return settings() if settings.get_current_profile_name() == "long" else BOUNDED


def life_on(market_type: type[Market]) -> type[MarketLife]:
    """The same machine on another market."""
    return type(f"LifeOn{market_type.__name__}", (MarketLife,), {"market_type": market_type})
