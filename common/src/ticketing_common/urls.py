"""Settings that are URLs. They stay the strings that they are: pydantic's own types would add a port to them."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, HttpUrl, MongoDsn, NatsDsn, RedisDsn, TypeAdapter, ValidationError


def _url(kind: type[HttpUrl | MongoDsn | NatsDsn | RedisDsn], example: str) -> Callable[[str], str]:
    adapter = TypeAdapter(kind)

    def check(value: str) -> str:
        try:
            adapter.validate_python(value)
        except ValidationError:
            raise ValueError(f"must be a URL such as {example}") from None
        if not value.partition("://")[2].strip("/"):  # pydantic assumes localhost
            raise ValueError(f"must be a URL such as {example}")
        return value

    return check


MongoUrl = Annotated[str, AfterValidator(_url(MongoDsn, "mongodb://HOST:27017/DATABASE"))]
NatsUrl = Annotated[str, AfterValidator(_url(NatsDsn, "nats://HOST:4222"))]
RedisUrl = Annotated[str, AfterValidator(_url(RedisDsn, "redis://HOST:6379"))]
CollectorUrl = Annotated[str, AfterValidator(_url(HttpUrl, "http://HOST:4318"))]
