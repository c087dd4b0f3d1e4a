"""Security headers: a Content Security Policy with a nonce on every page, for the app and Stripe only."""

import re

import httpx
import pytest
import pytest_asyncio
from tests.browser.client_process import client_process

# https://docs.stripe.com/security/guide#content-security-policy
STRIPE_HOSTS = {
    "script-src": {"https://js.stripe.com", "https://*.js.stripe.com"},
    "frame-src": {"https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"},
    "connect-src": {"https://api.stripe.com"},
    "img-src": {"https://*.stripe.com"},
}
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>")


@pytest_asyncio.fixture(loop_scope="session")
async def pages(new_user):
    """The response for every page, as the user who sees most of it."""
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    ticket = await seller.create_ticket("Opera gala", 240)
    order = await buyer.create_order(await seller.create_ticket("Opera gala", 240))
    public = ["/", "/signin", "/signup", "/nowhere", "/?q=x"]
    private = ["/orders", f"/orders/{order}", "/tickets/new", "/tickets/mine", f"/tickets/{ticket}"]
    requests = [(buyer, path) for path in [*public, *private]] + [(seller, f"/tickets/{ticket}/edit")]
    return [await user.context.request.get(path) for user, path in requests]


async def test_every_page_allows_only_itself_and_scripts_with_its_nonce(pages):
    nonces = set()
    for page in pages:
        policy = policy_of(page.headers)
        nonces.add(nonce := nonce_of(policy))
        scripts = INLINE_SCRIPT.findall(await page.text())
        assert scripts, page.url
        assert [attributes for attributes in scripts if f'nonce="{nonce}"' not in attributes] == [], page.url
        assert not [source for sources in policy.values() for source in sources if "://" in source], page.url
        assert "'unsafe-inline'" not in policy["script-src"]
    assert len(nonces) == len(pages)


def test_stripe_key_allows_only_stripes_documented_hosts(site):
    with client_process(site.url, STRIPE_PUBLISHABLE_KEY="pk_test_1") as client:
        policy = policy_of(httpx.get(client.url, trust_env=False, timeout=60).headers)
    foreign = {name: {source for source in sources if "://" in source} for name, sources in policy.items()}
    assert {name: hosts for name, hosts in foreign.items() if hosts} == STRIPE_HOSTS
    assert "'unsafe-inline'" not in policy["script-src"]


@pytest.mark.parametrize("path", ["/tickets/%A0", "/orders/%ff"])
def test_malformed_path_is_not_found(site, path):
    response = httpx.get(site.url + path, trust_env=False, timeout=60)
    assert response.status_code == 404
    assert "Page not found" in response.text
    assert nonce_of(policy_of(response.headers))


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/icon.svg", "/nowhere"])
def test_content_types_are_not_sniffed(site, path):
    response = httpx.get(site.url + path, trust_env=False, timeout=60)
    assert response.headers["x-content-type-options"] == "nosniff"


def policy_of(headers):
    """The policy's directives by name."""
    directives = headers["content-security-policy"].split("; ")
    return {name: set(sources) for name, *sources in (directive.split() for directive in directives)}


def nonce_of(policy):
    [nonce] = [source[len("'nonce-") : -1] for source in policy["script-src"] if source.startswith("'nonce-")]
    return nonce
