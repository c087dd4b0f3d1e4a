"""The landing page is rendered once for many readers: what they share, and what they must not."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from secrets import token_hex

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.client_process import client_process

from ticketing_local.processes.services import CLIENT_SERVER
from ticketing_test_support.api import NewClient, api_clients
from ticketing_test_support.lossy_proxy import LossyProxy
from ticketing_test_support.waiting import eventually

NOT_LOADED = "This content could not be loaded"
PAYLOAD = {"RSC": "1"}
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


@pytest_asyncio.fixture(loop_scope="session")
async def new_client(site) -> AsyncIterator[NewClient]:
    """Call it for a user who has just signed up."""
    async with api_clients(site.url) as new_client:
        yield new_client


@asynccontextmanager
async def reading(url: str, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a session."""
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as http:
        yield http


@asynccontextmanager
async def read_continuously(http: httpx.AsyncClient, url: str = "") -> AsyncIterator[None]:
    """Inside, somebody else reads the page all the time, so that there is always a rendering to share."""
    await http.get(f"{url}/")

    async def read() -> None:
        while True:
            await http.get(f"{url}/")

    reader = asyncio.create_task(read())
    try:
        yield
    finally:
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader


async def test_readers_share_a_rendering(site):
    async with reading(site.url) as http:
        pages = await asyncio.gather(*(http.get("/") for _ in range(30)))
    assert {page.status_code for page in pages} == {200}
    assert len({page.text for page in pages}) <= 3  # otherwise each has a nonce of its own


async def test_rendering_is_kept_for_the_next_readers(site):
    async with reading(site.url) as http:
        pages = [await http.get("/") for _ in range(20)]
    assert len({page.text for page in pages}) < len(pages) / 2


async def test_page_belongs_to_its_reader_only(site, new_client):
    one, two = await new_client(), await new_client()
    async with reading(site.url) as nobody:
        readers = [*[(user.http, user.id, user.email) for user in (one, two)], (nobody, None, None)]
        for path, headers in [("/", {}), ("/?_rsc=1", PAYLOAD)]:
            pages = await asyncio.gather(*(http.get(path, headers=headers) for http, _, _ in readers * 10))
            for (_, user, email), page in zip(readers * 10, pages, strict=True):
                assert {user for user in (one.id, two.id) if user in page.text} == {user} - {None}
                assert {email for email in (one.email, two.email) if email in page.text} == {email} - {None}
                assert ("Sign up" in page.text) is (user is None)
                assert page.headers["cache-control"].startswith("private, no-cache, no-store")
                assert "cookie" in page.headers["vary"].lower()


async def test_each_signed_in_reader_has_a_nonce(new_client):
    user = await new_client()
    pages = await asyncio.gather(*(user.http.get("/") for _ in range(10)))
    nonces = {re.findall(r"'nonce-([^']+)'", page.headers["content-security-policy"])[0] for page in pages}
    assert len(nonces) == len(pages)
    assert all(set(re.findall(r'nonce="([^"]*)"', page.text)) <= nonces for page in pages)


async def test_shared_scripts_are_allowed_by_their_hashes_only(site):
    async with reading(site.url) as http:
        page = await http.get("/", headers={"Cookie": "theme=dark"})
    policy = page.headers["content-security-policy"]
    scripts = INLINE_SCRIPT.findall(page.text)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert scripts
    assert [digest for digest in digests if f"'sha256-{digest}'" not in policy] == []
    assert "'nonce-" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


async def test_own_write_is_listed_by_every_server(site, new_client):
    seller, reader, title = await new_client(), (await new_client()).http, f"Kazoo {token_hex(4)}"
    with client_process(site.url) as replica:
        async with read_continuously(reader), read_continuously(reader, replica.url):
            for row in range(3):
                ticket = await seller.create_ticket(f"{title}, row {row}")
                for url in (site.url, replica.url):
                    assert f"{title}, row {row}" in (await seller.http.get(f"{url}/")).text
                await seller.edit_ticket(ticket, title=f"{title}, row {row}, edited", price=240)
                assert f"{title}, row {row}, edited" in (await seller.http.get("/")).text


async def test_own_reservation_is_no_longer_listed(new_client):
    seller, buyer, title = await new_client(), await new_client(), f"Kazoo {token_hex(4)}"
    ticket = await seller.create_ticket(title)
    async with read_continuously(seller.http):

        async def is_listed() -> bool:
            return title in (await buyer.http.get("/")).text

        async def is_reserved() -> bool:
            return bool((await buyer.ticket(ticket)).get("orderId"))

        await eventually(is_listed, within=30, what="the ticket in the list")
        await buyer.create_order(ticket)
        await eventually(is_reserved, within=30, what="the reservation in tickets")
        assert not await is_listed()


async def test_ticket_put_on_sale_in_the_browser_is_listed_at_once(new_user, new_client):
    seller, title = await new_user("seller@example.com"), f"Kazoo {token_hex(4)}"
    await seller.goto("/tickets/new")
    await seller.page.get_by_label("Title", exact=True).fill(title)
    await seller.page.get_by_label("Price").fill("20")
    async with read_continuously((await new_client()).http):
        await seller.button("Put on sale").click()
        await expect(seller.heading(title)).to_be_visible()
        assert "recent-write" in {cookie["name"] for cookie in await seller.context.cookies()}
        await seller.link("Tickets").click()
        await expect(seller.page).to_have_url(f"{seller.url}/")
        await expect(seller.heading("Tickets on sale")).to_be_visible()
        assert await seller.link(title).is_visible()
        await seller.goto("/")
        assert await seller.link(title).is_visible()


async def test_others_see_a_change_soon(site, new_client):
    title = f"Kazoo {token_hex(4)}"
    async with reading(site.url) as http, reading(site.url) as other, read_continuously(other):
        await (await new_client()).create_ticket(title)

        async def is_listed() -> bool:
            return title in (await http.get("/")).text

        await eventually(is_listed, within=30, what="the ticket in the list")


@pytest.mark.parametrize(("path", "headers"), [("/", {}), ("/?_rsc=1", PAYLOAD)])
async def test_failure_is_not_cached(site, path, headers):
    async with LossyProxy(site.port, [b"GET /api/tickets"], every=1).listening() as proxy:
        with client_process(site.url, TICKETS_URL=f"http://127.0.0.1:{proxy.port}") as client:
            async with reading(client.url, **headers) as http:

                async def fails() -> bool:
                    page = (await http.get(path)).text
                    return '"data-uncacheable":true' in page or NOT_LOADED in page

                assert await fails()
                proxy.patterns = []
                assert not await fails()
                proxy.patterns = [b"GET /api/tickets"]
                await eventually(fails, within=30, what="the failure")


async def test_auth_is_not_asked_for_anonymous_readers(site):
    with client_process(site.url, AUTH_URL="http://127.0.0.1:9") as client:
        async with reading(client.url) as http:
            pages = [(await http.get(path)).text for path in ("/", "/?q=x", "/signin")]
            known = (await http.get("/", headers={"Cookie": "session=x"})).text
    assert ["Accounts unavailable" in page for page in pages] == [False] * 3
    assert "Accounts unavailable" in known


async def test_reader_cannot_choose_for_whom_the_page_is_rendered(site):
    forged = '{"session":{"state":"in","user":{"id":"1","email":"forged@example.com"}},"theme":""}'
    async with reading(site.url, **{"X-Viewer-State": forged}) as http:
        pages = [(await http.get(path)).text for path in ("/", "/?q=x", "/signin")]
    assert ["forged" in page for page in pages] == [False] * 3


@pytest.mark.parametrize(("encoding", "suffix"), [("br", ".br"), ("gzip", ".gz"), ("identity", "")])
async def test_static_files_are_immutable_and_compressed_at_build_time(site, encoding, suffix):
    async with reading(site.url) as http:
        paths = set(re.findall(r'"(/_next/static/[^"]+\.js)"', (await http.get("/")).text))
        for path in paths:
            async with http.stream("GET", path, headers={"Accept-Encoding": encoding}) as response:
                body = b"".join([chunk async for chunk in response.aiter_raw()])
            assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert response.headers.get("content-encoding", "identity") == encoding
            assert response.headers["vary"] == "Accept-Encoding"
            assert body == (CLIENT_SERVER.parent / f".{path[2:]}{suffix}").read_bytes()
    assert len(paths) > 5


async def test_signed_in_page_hydrates_without_a_warning(new_user):
    user = await new_user("$o'neill&co@example.com", color_scheme="light")
    await user.goto("/")
    await expect(user.text("$o'neill&co-")).to_be_visible()
    await user.button("Switch to dark theme").click()
    await user.goto("/")
    assert await user.page.evaluate("document.documentElement.dataset.theme") == "dark"
    await expect(user.button("Switch to light theme")).to_be_visible()  # hydrated
    await user.link("Sell").click()
    await expect(user.heading("Sell a ticket")).to_be_visible()
    await user.link("Tickets").click()
    await expect(user.heading("Tickets on sale")).to_be_visible()
    await expect(user.text("$o'neill&co-")).to_be_visible()


async def test_page_follows_a_sign_in_elsewhere_without_a_reload(new_user):
    user = await new_user()
    await user.goto("/")
    await expect(user.link("Sign up")).to_be_visible()
    await user.page.evaluate("window.isSamePage = true")
    await user.sign_up("elsewhere@example.com")
    await user.focus_until_visible(user.text("elsewhere-"))
    await expect(user.link("My orders")).to_be_visible()
    assert await user.page.evaluate("window.isSamePage && document.documentElement.dataset.user")
