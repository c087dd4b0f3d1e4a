"""All faults, by name."""

from typing import Any

from ticketing_local.chaos import processes, servers
from ticketing_local.chaos.fault import Fault, Inject


def _of_process(name: str, effect: str, inject: Inject, seconds: float = 0.0) -> Fault:
    return Fault(name, effect, inject, seconds, needs_process=True)


def _of_stripe(name: str, effect: str, lasting: float, **fault: Any) -> Fault:
    return Fault(name, effect, servers.stripe_fault(**fault), lasting, needs_emulator=True)


_API = "/v1/*"

FAULTS = {
    fault.name: fault
    for fault in (
        _of_process("kill", "kill -9; the supervisor restarts it", processes.killed),
        _of_process("crash", "kill -9 every two seconds", processes.crashing, 10),
        _of_process("pause", "it keeps its connections and does nothing (SIGSTOP)", processes.paused, 10),
        _of_process("slow", "it gets a fifth of the processor's time", processes.slow, 20),
        _of_process("stop", "killed and not restarted", processes.away, 10),
        Fault("wipe-redis", "FLUSHALL: all scheduled expirations are lost", servers.wiped_redis),
        Fault("redeliver", "the newest 200 events arrive once more, in any order", servers.redelivered_events),
        _of_stripe("stripe-drop", "requests are handled, and the response is lost", 10, kind="drop", path=_API),
        _of_stripe("stripe-error", "each request fails with 500", 10, kind="error", path=_API),
        _of_stripe("stripe-limit", "each request is rejected with 429", 10, kind="rate_limit", path=_API),
        _of_stripe("stripe-slow", "each request takes 3 s longer", 15, kind="delay", path=_API, seconds=3),
        _of_stripe("webhooks-twice", "each webhook arrives three times", 15, kind="duplicate", copies=3),
        _of_stripe("webhooks-late", "every second webhook is 5 s late", 15, kind="reorder", seconds=5),
        _of_stripe("webhooks-withheld", "no webhook arrives; afterwards all, newest first", 10, kind="withhold"),
    )
}
