"""Caddy as the gateway, with the configuration of compose.yaml: infra/gateway/Caddyfile."""

from ticketing_local.probes import HOST, TcpProbe
from ticketing_local.processes.process import Layout, Process, Tier, replica_names
from ticketing_local.settings import ROOT, SERVICES

CADDYFILE = ROOT / "infra" / "gateway" / "Caddyfile"


def gateway(layout: Layout) -> Process:
    """Listens on loopback only; no access log, no admin endpoint, no files in HOME."""
    data = layout.folder("caddy")
    return Process(
        name="gateway",
        tier=Tier.EDGE,
        command=(layout.binaries["caddy"], "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"),
        environment={
            **layout.settings.inherited,
            "XDG_DATA_HOME": str(data),
            "XDG_CONFIG_HOME": str(data),
            "HOST": HOST,
            "PORT": str(layout.settings.port),
            **_upstreams(layout),
        },
        probe=TcpProbe(layout.settings.port),
        url=f"http://localhost:{layout.settings.port}",
        stop_seconds=8,
        folders=(data,),
    )


def _upstreams(layout: Layout) -> dict[str, str]:
    """The addresses by the variables of the Caddyfile. Without the emulator the client has no page at its path."""
    processes = {service: replica_names(layout.settings, service) for service in SERVICES}
    processes |= {"client": ["client"], "emulator": ["stripe" if layout.settings.stripe.emulated else "client"]}
    return {
        f"{name.upper()}_UPSTREAMS": " ".join(f"{HOST}:{layout.ports[process]}" for process in found)
        for name, found in processes.items()
    }
