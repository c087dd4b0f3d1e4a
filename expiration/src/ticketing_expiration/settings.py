"""Settings of the expiration service and its worker."""

from pydantic import Field

from ticketing_common.settings import MessagingSettings
from ticketing_common.urls import RedisUrl


class Settings(MessagingSettings):
    """`WORKER_METRICS_PORT`: where the worker, which serves no other HTTP, exports its metrics; 0 disables it.

    `WORKER_METRICS_HOST` is the address that it listens on.
    """

    redis_url: RedisUrl
    worker_metrics_host: str = "0.0.0.0"  # noqa: S104  # a pod's, reached through the network policies
    worker_metrics_port: int = Field(default=0, ge=0, le=65_535)
