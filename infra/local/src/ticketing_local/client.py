"""The web client: Next.js as `make client` has built it."""

from stripe_emulator import PAGE_PREFIX
from ticketing_local.layout import Layout
from ticketing_local.probes import HOST, HttpProbe
from ticketing_local.process import Process, Tier
from ticketing_local.settings import ROOT

SERVER = ROOT / "client" / ".next" / "standalone" / "server.js"


def client(layout: Layout) -> Process:
    """It asks the services through the gateway, with the visitor's cookie; it knows no secret."""
    return Process(
        name="client",
        tier=Tier.SERVICES,
        command=(layout.binaries["node"], str(SERVER)),
        environment={
            **layout.settings.inherited,
            "NODE_ENV": "production",
            "NEXT_TELEMETRY_DISABLED": "1",
            "HOSTNAME": HOST,
            "PORT": str(layout.ports["client"]),
            "API_INTERNAL_URL": f"http://{HOST}:{layout.settings.port}",
            **layout.settings.stripe.page_environment(f"{PAGE_PREFIX}/v3/"),
        },
        # A page that asks no service: the client is well even while others are not.
        probe=HttpProbe(layout.url("http", "client", "/robots.txt")),
        url=layout.url("http", "client"),
        needs={SERVER: "The web client is not built: run `make client`"},
    )
