"""How requests and responses are spelled: snake_case here, camelCase on the wire."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class CamelModel(BaseModel):
    """A request or response body. Fields that it does not know are ignored; NaN and Infinity, which Python's JSON
    parser lets pass, are no numbers."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, allow_inf_nan=False
    )
