"""How many lives are lived: few and always the same in `make test`, many and new ones in `make test-long`.

The bounded run has one seed and keeps no database of examples: the same lives on every machine, so that a change that
breaks a promise fails for everybody, and one that does not fails for nobody. New lives are for the long run, which
tells its seed and keeps what failed in `.hypothesis`, to be lived first the next time.
"""

from hypothesis import HealthCheck, Phase, seed, settings
from tests.model.machine import MarketLife
from tests.model.market import Market

SEED = 4
BOUNDED = settings(
    max_examples=40,
    stateful_step_count=50,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # a life is dozens of steps, and the machine may be busy
)
# A control ends at its first broken promise, which need not be made small.
CONTROL = settings(BOUNDED, phases=[Phase.generate])


def is_long() -> bool:
    """Whether new lives are asked for."""
    return settings.get_current_profile_name() == "long"


def life_on(market_type: type[Market]) -> type[MarketLife]:
    """The machine on this market, with the seed of the bounded run."""
    life = type(f"LifeOn{market_type.__name__}", (MarketLife,), {"market_type": market_type})
    return seed(SEED)(life)
