"""Requests and responses: snake_case in Python, camelCase on the wire."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class CamelModel(BaseModel):
    """A request or response body. Unknown fields are ignored; NaN and Infinity, which Python's JSON parser accepts, are
    invalid."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, allow_inf_nan=False
    )
