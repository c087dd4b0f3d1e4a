"""The stack from images works, with one MongoDB per service and no process as root."""

import threading
import time
from collections.abc import Callable, Iterable

from tests.images import load
from tests.images.engine import docker, inspect
from tests.images.stack import ImageStack, own_images

from ticketing_test_support.stack import ticketing

USERS, LOAD_SECONDS = 6, 30.0
MIB = 1024 * 1024
GRACE_SECONDS = 10


def test_demo_succeeds(stack: ImageStack) -> None:
    demo = ticketing("demo", "--url", stack.url)
    assert demo.stdout.endswith(" steps succeeded.\n"), demo.stdout


def test_containers_have_read_only_roots_and_no_restarts(stack: ImageStack) -> None:
    for pod in stack.pods:
        found = inspect(stack.network.name(pod))
        state = found["RestartCount"], found["State"]["Running"], found["HostConfig"]["ReadonlyRootfs"]
        assert state == (0, True, True), pod


def test_memory_is_measured_under_load(stack: ImageStack, record_property: Callable[[str, object], None]) -> None:
    idle = {pod: resident_mib(stack.network.name(pod)) for pod in stack.pods}
    peak = dict(idle)
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(stack, peak, done))
    sampler.start()
    try:
        sold = load.run(stack.url, users=USERS, seconds=LOAD_SECONDS)
    finally:
        done.set()
        sampler.join()
    rows = [
        (pod, f"{stack.ready_after[pod]:.1f}", f"{idle[pod]:.0f}", f"{peak[pod]:.0f}") for pod in sorted(stack.pods)
    ]
    title = f"start-up and resident memory; load: {USERS} users, {LOAD_SECONDS:.0f} s, {sold} sold"
    record_property(title, table(("container", "ready after, s", "idle, MiB", "under load, MiB"), rows))
    assert sold > 0


def test_image_sizes_are_measured(record_property: Callable[[str, object], None]) -> None:
    sizes = {image: inspect(image)["Size"] for image in own_images()}
    rows = [(image, f"{size / MIB:.0f}") for image, size in sizes.items()]
    record_property("image sizes in MiB, including the base", table(("image", "MiB"), rows))
    assert len(sizes) == 7


def test_containers_stop_in_time_with_status_0(stack: ImageStack) -> None:
    """The last test: the stack is not used afterwards."""
    stopped = {pod: _stop(stack.network.name(pod)) for pod in reversed(stack.pods)}
    assert {pod: end for pod, end in stopped.items() if end[0] != 0 or end[1] > GRACE_SECONDS} == {}


def resident_mib(container: str) -> float:
    """The resident set of all its processes, with shared pages counted in each."""
    rows = docker("top", container, "-eo", "pid,rss").splitlines()[1:]
    return sum(int(row.split()[1]) for row in rows) / 1024


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """As Markdown."""
    lines = [list(header), ["---"] * len(list(header)), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _stop(container: str) -> tuple[int, float]:
    """Exit status and duration of `docker stop`, which kills (status 137) after a minute."""
    started_at = time.monotonic()
    docker("stop", "--time", "60", container)
    return int(inspect(container)["State"]["ExitCode"]), time.monotonic() - started_at


def _sample(stack: ImageStack, peak: dict[str, float], done: threading.Event) -> None:
    while not done.wait(1):
        for pod in stack.pods:
            peak[pod] = max(peak[pod], resident_mib(stack.network.name(pod)))
