"""The whole marketplace from images, as infra/k8s describes it: each service with its own MongoDB, nobody as root."""

import threading
import time
from collections.abc import Callable

from tests.images import load
from tests.images.engine import docker, inspect
from tests.images.measured import resident_mib, table
from tests.images.stack import ImageStack, own_images

from ticketing_test_support.stack import ticketing

PEOPLE, LOAD_SECONDS = 6, 30.0
MIB = 1024 * 1024
GRACE_SECONDS = 10


def test_demo_succeeds(stack: ImageStack) -> None:
    demo = ticketing("demo", "--url", stack.url)
    assert demo.stdout.endswith("All 20 steps succeeded.\n"), demo.stdout


def test_each_runs_on_a_read_only_root_and_was_started_once(stack: ImageStack) -> None:
    for pod in stack.pods:
        found = inspect(stack.network.name(pod))
        assert (found["RestartCount"], found["State"]["Running"], found["HostConfig"]["ReadonlyRootfs"]) == (
            0,
            True,
            True,
        )


def test_what_each_takes_is_told(stack: ImageStack, record_property: Callable[[str, object], None]) -> None:
    idle = {pod: resident_mib(stack.network.name(pod)) for pod in stack.pods}
    most = dict(idle)
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(stack, most, done))
    watcher.start()
    try:
        sold = load.run(stack.url, users=PEOPLE, seconds=LOAD_SECONDS)
    finally:
        done.set()
        watcher.join()
    rows = [
        (pod, f"{stack.ready_after[pod]:.1f}", f"{idle[pod]:.0f}", f"{most[pod]:.0f}") for pod in sorted(stack.pods)
    ]
    title = f"seconds to ready, resident MiB; load: {PEOPLE} people, {LOAD_SECONDS:.0f} s, {sold} sold"
    record_property(title, table(("container", "ready after, s", "idle, MiB", "under load, MiB"), rows))
    assert sold > 0


def test_the_sizes_are_told(stack: ImageStack, record_property: Callable[[str, object], None]) -> None:
    sizes = {image: inspect(image)["Size"] for image in own_images(stack.pods)}
    rows = [(image, f"{size / MIB:.0f}") for image, size in sizes.items()]
    record_property("sizes of images, MiB, with the base", table(("image", "MiB"), rows))
    assert len(sizes) == 7


def test_each_ends_in_good_time_with_status_0_when_it_is_stopped(stack: ImageStack) -> None:
    order = sorted(stack.pods.values(), key=lambda pod: pod.keeps_state)  # nobody needs this stack any more
    ends = {pod.name: _stopped(stack.network.name(pod.name)) for pod in order}
    assert {pod: end for pod, end in ends.items() if end[0] != 0 or end[1] > GRACE_SECONDS} == {}


def _stopped(container: str) -> tuple[int, float]:
    """Exit status, and the seconds that `docker stop` took; it kills, with status 137, after a minute."""
    began = time.monotonic()
    docker("stop", "--time", "60", container)
    return int(inspect(container)["State"]["ExitCode"]), time.monotonic() - began


def _watch(stack: ImageStack, most: dict[str, float], done: threading.Event) -> None:
    while not done.wait(1):
        for pod in stack.pods:
            most[pod] = max(most[pod], resident_mib(stack.network.name(pod)))
