"""Settings of the expiration service and its worker."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from ticketing_common.settings import CommonSettings


class Settings(CommonSettings):
    """`WORKER_METRICS_PORT`: where the worker, which serves no other HTTP, exports its metrics; 0 disables it."""

    redis_url: str
    worker_metrics_port: int = Field(default=0, ge=0, le=65_535)

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: str) -> str:
        if not _is_address(value):
            raise ValueError("must be an address like redis://host:6379 (or rediss:// for TLS)")
        return value


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        database = parts.path.strip("/")
        return (
            parts.scheme in ("redis", "rediss")
            and bool(parts.hostname)
            and parts.port != 0
            and (not database or database.isdigit())
        )
    except ValueError:  # a port that is no number
        return False
