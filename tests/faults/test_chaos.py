"""`ticketing chaos`: each fault, one after another under load; then everything converges."""

import asyncio

from ticketing_local.chaos.catalogue import FAULTS
from ticketing_local.chaos.command import Drill, choose_randomly, run
from ticketing_local.state import StateDir

PROCESSES = {"kill": "orders-1", "crash": "expiration-worker", "pause": "payments", "slow": "tickets", "stop": "mongo"}
MAX_SECONDS = 4.0


async def test_all_guarantees_hold_after_every_fault(stack) -> None:
    drills = [Drill(fault, PROCESSES.get(fault.name, ""), min(fault.seconds, MAX_SECONDS)) for fault in FAULTS.values()]
    drills.append(Drill(FAULTS["stop"], "nats", MAX_SECONDS))
    state = StateDir(stack.state_dir)
    assert await asyncio.to_thread(run, state, drills, with_load=True, settle=120) == 0


async def test_seed_repeats_random_drills(stack) -> None:
    state = StateDir(stack.state_dir)
    first, second = ([str(drill) for drill in choose_randomly(state, seed=7, count=20)] for _ in range(2))
    assert first == second
    assert len(set(first)) > 5
