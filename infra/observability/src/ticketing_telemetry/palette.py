"""The colours of the services, in the light and the dark theme, each with 3:1 or more against the page."""

SERVICES = ("client", "auth", "tickets", "orders", "payments", "expiration", "expiration-worker", "gateway")


def colour_class(service: str) -> str:
    """The class that sets `--c`: replicas share the colour of their service, unknown services have one together."""
    name = service.rstrip("0123456789").removesuffix("-")
    return f"s{SERVICES.index(name)}" if name in SERVICES else "s-other"
