"""The Content Security Policy: on every page, for the app and Stripe alone, and no inline script without its nonce."""

import re

import httpx
import pytest
import pytest_asyncio
from tests.browser.another_client import another_client

# https://docs.stripe.com/security/guide#content-security-policy
STRIPES_HOSTS = {
    "script-src": {"https://js.stripe.com", "https://*.js.stripe.com"},
    "frame-src": {"https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"},
    "connect-src": {"https://api.stripe.com"},
    "img-src": {"https://*.stripe.com"},
}
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>")


@pytest_asyncio.fixture(loop_scope="session")
async def paths(arrive):
    """Every page, with the visitor who sees most of it."""
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    ticket = await seller.has_ticket("Opera gala", 240)
    order = await buyer.has_order(await seller.has_ticket("Opera gala", 240))
    public = ["/", "/signin", "/signup", "/nowhere", "/?q=x"]
    private = ["/orders", f"/orders/{order}", "/tickets/new", "/tickets/mine", f"/tickets/{ticket}"]
    return [(buyer, path) for path in [*public, *private]] + [(seller, f"/tickets/{ticket}/edit")]


async def test_no_inline_script_is_without_the_nonce_of_its_page(paths):
    for visitor, path in paths:
        answer = await visitor.context.request.get(path)
        nonce = nonce_of(policy_of(answer.headers))
        scripts = INLINE_SCRIPT.findall(await answer.text())
        assert scripts, path
        assert [attributes for attributes in scripts if f'nonce="{nonce}"' not in attributes] == [], path


async def test_the_nonce_is_another_one_each_time(shop):
    async with httpx.AsyncClient(base_url=shop.url, trust_env=False) as http:
        nonces = {nonce_of(policy_of((await http.get("/signin")).headers)) for _ in range(3)}
    assert len(nonces) == 3


async def test_with_the_emulator_nobody_else_may_do_anything(paths):
    for visitor, path in paths:
        policy = policy_of((await visitor.context.request.get(path)).headers)
        assert not [source for sources in policy.values() for source in sources if "://" in source], path
        assert "'unsafe-inline'" not in policy["script-src"]


def test_with_stripe_its_documented_hosts_may_and_no_others(shop):
    with another_client(shop.url, STRIPE_PUBLISHABLE_KEY="pk_test_1") as client:
        policy = policy_of(httpx.get(client.url, trust_env=False, timeout=60).headers)
    foreign = {name: {source for source in sources if "://" in source} for name, sources in policy.items()}
    assert {name: hosts for name, hosts in foreign.items() if hosts} == STRIPES_HOSTS
    assert "'unsafe-inline'" not in policy["script-src"]


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/icon.svg", "/nowhere"])
async def test_the_browser_guesses_no_content_types(shop, path):
    async with httpx.AsyncClient(base_url=shop.url, trust_env=False) as http:
        assert (await http.get(path)).headers["x-content-type-options"] == "nosniff"


def policy_of(headers):
    """Its directives, by name."""
    directives = headers["content-security-policy"].split("; ")
    return {name: set(sources) for name, *sources in (directive.split() for directive in directives)}


def nonce_of(policy):
    [nonce] = [source[len("'nonce-") : -1] for source in policy["script-src"] if source.startswith("'nonce-")]
    return nonce
