"""Security headers: a Content Security Policy with a nonce on every page, for the app and Stripe only."""

import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

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


@pytest.mark.parametrize(
    "path", ["/tickets/%A0", "/tickets/%ff/edit", "/orders/%ff", "/orders/%ff?_rsc=1", "/%ff", "/icon.svg%ff"]
)
def test_malformed_path_is_not_found(site, path):
    assert_not_found(httpx.get(site.url + path, trust_env=False, timeout=60))


def assert_not_found(response):
    """The client's page, with a policy that allows its scripts."""
    assert response.status_code == 404
    assert "Page not found" in response.text
    assert nonce_of(policy_of(response.headers))
    assert response.headers["x-content-type-options"] == "nosniff"


def test_path_that_no_proxy_passes_on_is_not_found(site):
    with client_process(site.url) as client, socket.create_connection(("127.0.0.1", client.port), 60) as connection:
        connection.sendall(b"GET /tickets/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404")
    assert b"content-security-policy: " in head.lower()
    assert b"Page not found" in body


@pytest.mark.parametrize("path", ["/", "/signin", "/nowhere", "/tickets/%ff", "/robots.txt"])
def test_https_is_made_permanent_by_https_only(site, path):
    by_scheme = {
        scheme: httpx.get(site.url + path, headers={"X-Forwarded-Proto": scheme}, trust_env=False, timeout=60)
        for scheme in ("http", "https")
    }
    found = {scheme: page.headers.get("strict-transport-security") for scheme, page in by_scheme.items()}
    assert found == {"http": None, "https": "max-age=31536000"}


class RecordingApi(BaseHTTPRequestHandler):
    """Responds 503, and remembers where requests said to come from, by path."""

    addresses: ClassVar[dict[str, str | None]] = {}

    def do_GET(self):
        self.addresses[self.path] = self.headers["X-Forwarded-For"]
        self.send_error(503)

    def log_message(self, *arguments):
        """Nothing."""


def test_visitors_address_is_passed_on_to_the_api():
    """All pages would otherwise share the limit of the client's own address."""
    headers = {"X-Forwarded-For": "203.0.113.7", "Cookie": "session=a.b.c"}
    with HTTPServer(("127.0.0.1", 0), RecordingApi) as api:
        threading.Thread(target=api.serve_forever, daemon=True).start()
        with client_process(f"http://127.0.0.1:{api.server_port}") as client:
            for path in ("/", "/tickets/5"):
                httpx.get(client.url + path, headers=headers, trust_env=False, timeout=60)
        api.shutdown()
    assert RecordingApi.addresses["/api/users/currentuser"] == "203.0.113.7"
    assert RecordingApi.addresses["/api/tickets/5"] == "203.0.113.7"


def policy_of(headers):
    """The policy's directives by name."""
    directives = headers["content-security-policy"].split("; ")
    return {name: set(sources) for name, *sources in (directive.split() for directive in directives)}


def nonce_of(policy):
    [nonce] = [source[len("'nonce-") : -1] for source in policy["script-src"] if source.startswith("'nonce-")]
    return nonce
