"""A trace begins with the browser's request for a page, and is shown on accessible pages."""

import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import expect
from tests.browser.client_process import ClientProcess, client_process
from tests.browser.test_accessibility import problems

from ticketing_local.probes import HttpProbe
from ticketing_test_support.servers import free_port
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually, wait_until

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-01")


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a trace view."""
    port = free_port()
    options = ("--port", str(port), "--dashboards", str(tmp_path_factory.mktemp("dashboards")))
    with subprocess.Popen([sys.executable, "-m", "ticketing_telemetry", *options]) as process:
        try:
            wait_until(HttpProbe(f"http://127.0.0.1:{port}/healthz/live").passes, within=30, what="the trace view")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def traced_client(site: Stack, telemetry: str) -> Iterator[ClientProcess]:
    """A client's server that records spans."""
    tracing = {"OTEL_EXPORTER_OTLP_ENDPOINT": telemetry, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with client_process(site.url, **tracing) as client:
        yield client


async def test_trace_of_a_purchase_begins_with_the_page(new_user, site, traced_client, telemetry):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    ticket = await seller.create_ticket("Opera gala, row C", 240)
    # Cookies do not depend on the port, and the API is behind the gateway.
    await buyer.page.route(
        "**/api/**", lambda route: route.continue_(url=route.request.url.replace(traced_client.url, site.url))
    )
    await buyer.page.goto(f"{traced_client.url}/tickets/{ticket}")
    async with buyer.page.expect_request(lambda request: request.url.endswith("/api/orders")) as sent:
        await buyer.button("Reserve this ticket").click()
    traceparent = TRACEPARENT.fullmatch((await (await sent.value).all_headers())["traceparent"])
    assert traceparent is not None

    async def spans() -> list[str]:
        async with httpx.AsyncClient(base_url=telemetry) as http:
            page = (await http.get(f"/traces/{traceparent[1]}")).text
        return re.findall(r'class="text">([^<]*?) <', page)

    async def are_there() -> bool:
        return len(await spans()) > 1

    await eventually(are_there, within=30, what="the spans of the page")
    first, *calls = await spans()
    assert first == "GET /tickets/[id]"
    assert "GET /api/tickets/{id}" in calls


async def test_page_of_all_readers_has_no_trace(new_user, traced_client):
    user = await new_user()
    await user.page.goto(traced_client.url)
    await expect(user.page.locator("meta[name=traceparent]")).to_have_count(0)


async def test_traces_are_read_with_the_keyboard(new_user, traced_client, telemetry):
    user = await new_user()
    await user.page.goto(f"{traced_client.url}/signin")

    async def is_listed() -> bool:
        await user.page.goto(telemetry)
        return await user.link("GET /signin").count() > 0

    await eventually(is_listed, within=30, every=0.2, what="the trace of the page")
    assert await problems(user) == []
    await user.link("GET /signin").first.click()
    await user.page.locator("summary").first.focus()
    await user.page.keyboard.press("Enter")
    await expect(user.page.get_by_text("http.route").first).to_be_visible()
    assert await problems(user) == []
