"""compose.yaml works: a purchase, restarts with the same data, and no process as root."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping

import httpx
from playwright.async_api import async_playwright, expect
from tests.images import load
from tests.images.engine import docker, inspect
from tests.images.stack import ComposeStack, own_images, up

from ticketing_test_support.api import api_clients
from ticketing_test_support.browser import launch
from ticketing_test_support.browser_user import BrowserUser
from ticketing_test_support.stack import ticketing

USERS, LOAD_SECONDS = 6, 30.0
MIB = 1024 * 1024
GRACE_SECONDS = 10
BROWSER_MS = 30_000


def test_demo_succeeds(stack: ComposeStack) -> None:
    demo = ticketing("demo", "--url", stack.url)
    assert demo.stdout.endswith(" steps succeeded.\n"), demo.stdout


async def test_page_is_served_and_errors_are_json(stack: ComposeStack) -> None:
    async with httpx.AsyncClient(base_url=stack.url) as anonymous:
        pages = [await anonymous.get(path) for path in ("/", "/api/docs")]
        unknown = await anonymous.get("/api/nowhere")
    assert [page.status_code for page in pages] == [200, 200]
    assert {page.headers["content-type"].lower() for page in pages} == {"text/html; charset=utf-8"}
    assert (unknown.status_code, unknown.json()["errors"][0]["message"][:9]) == (404, "Not found")


async def test_purchase_in_a_browser(stack: ComposeStack) -> None:
    """With the form of the emulator, which the gateway serves."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        seller, buyer = [await BrowserUser.open(browser, stack.url) for _ in range(2)]
        for user in (seller, buyer):
            await user.sign_up("somebody@example.com")
        await buyer.goto(f"/tickets/{await seller.create_ticket('Opera', 240)}")
        await buyer.button("Reserve this ticket").click()
        await buyer.pay_with("Succeeds")
        await expect(buyer.heading("Receipt")).to_be_visible(timeout=BROWSER_MS)
        assert buyer.errors == []


async def test_data_and_sessions_survive_down_and_up(stack: ComposeStack) -> None:
    async with api_clients(stack.url) as new_client:
        seller = await new_client()
        ticket = await seller.create_ticket("Opera", 20)
        cookies = seller.http.cookies
    stack.compose("down")
    up(stack)
    async with httpx.AsyncClient(base_url=stack.url, cookies=cookies) as returning:
        listed = (await returning.get("/api/tickets", params={"seller": "me"})).json()
    assert [found["id"] for found in listed] == [ticket["id"]]


def test_containers_have_read_only_roots_and_no_restarts(stack: ComposeStack) -> None:
    for service, container in stack.containers().items():
        found = inspect(container)
        state = found["RestartCount"], found["State"]["Health"]["Status"], found["HostConfig"]["ReadonlyRootfs"]
        assert state == (0, "healthy", True), service


def test_only_the_gateway_is_published_and_only_here(stack: ComposeStack) -> None:
    ports = {
        service: inspect(container)["NetworkSettings"]["Ports"] for service, container in stack.containers().items()
    }
    published = {service: [each for each in found.values() if each] for service, found in ports.items()}
    [[address]] = published.pop("gateway")
    assert address["HostIp"] == "127.0.0.1"
    assert not any(published.values())


def test_memory_is_measured_under_load(stack: ComposeStack, record_property: Callable[[str, object], None]) -> None:
    containers = stack.containers()
    idle = {service: resident_mib(container) for service, container in containers.items()}
    peak = dict(idle)
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(containers, peak, done))
    sampler.start()
    try:
        sold = load.run(stack.url, users=USERS, seconds=LOAD_SECONDS)
    finally:
        done.set()
        sampler.join()
    rows = [(service, f"{idle[service]:.0f}", f"{peak[service]:.0f}") for service in sorted(containers)]
    ready = f"all containers healthy after {stack.ready_after:.0f} s"
    title = f"{ready}; resident memory; load: {USERS} users, {LOAD_SECONDS:.0f} s, {sold} sold"
    record_property(title, table(("container", "idle, MiB", "under load, MiB"), rows))
    assert sold > 0


def test_image_sizes_are_measured(record_property: Callable[[str, object], None]) -> None:
    sizes = {image: inspect(image)["Size"] for image in own_images()}
    rows = [(image, f"{size / MIB:.0f}") for image, size in sizes.items()]
    record_property("image sizes in MiB, including the base", table(("image", "MiB"), rows))
    assert len(sizes) == 8


def test_containers_stop_in_time_with_status_0(stack: ComposeStack) -> None:
    """The last test: the stack is not used afterwards."""
    containers = stack.containers()
    stopped = {service: _stop(containers[service]) for service in reversed(containers)}
    assert {service: end for service, end in stopped.items() if end[0] != 0 or end[1] > GRACE_SECONDS} == {}


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


def _sample(containers: Mapping[str, str], peak: dict[str, float], done: threading.Event) -> None:
    while not done.wait(1):
        for service, container in containers.items():
            peak[service] = max(peak[service], resident_mib(container))
