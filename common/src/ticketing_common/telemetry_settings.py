"""The standard variables of OpenTelemetry, as far as they matter here. The SDK reads them itself, but goes on with a
default when one is invalid; here it is refused.
"""

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticUseDefault
from pydantic_settings import BaseSettings

from ticketing_common.urls import CollectorUrl

_SAMPLERS = Literal[
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
]


class TelemetrySettings(BaseSettings):
    """Traces are recorded if and only if there is an endpoint to send them to, or they go to the console."""

    otel_sdk_disabled: bool = False
    otel_traces_exporter: Literal["otlp", "console", "none"] = "otlp"
    otel_exporter_otlp_endpoint: CollectorUrl | None = None
    otel_exporter_otlp_traces_endpoint: CollectorUrl | None = None
    otel_exporter_otlp_protocol: Literal["http/protobuf"] = "http/protobuf"
    otel_exporter_otlp_traces_protocol: Literal["http/protobuf"] = "http/protobuf"
    otel_exporter_otlp_timeout: float = Field(default=10, gt=0)
    otel_exporter_otlp_traces_timeout: float = Field(default=10, gt=0)
    otel_traces_sampler: _SAMPLERS = "parentbased_always_on"
    otel_traces_sampler_arg: float = Field(default=1, ge=0, le=1)
    otel_bsp_schedule_delay: int = Field(default=5_000, gt=0)
    otel_bsp_max_queue_size: int = Field(default=2_048, gt=0)
    otel_bsp_max_export_batch_size: int = Field(default=512, gt=0)

    @field_validator(
        "otel_sdk_disabled",
        "otel_traces_exporter",
        "otel_exporter_otlp_endpoint",
        "otel_exporter_otlp_traces_endpoint",
        "otel_exporter_otlp_protocol",
        "otel_exporter_otlp_traces_protocol",
        "otel_exporter_otlp_timeout",
        "otel_exporter_otlp_traces_timeout",
        "otel_traces_sampler",
        "otel_traces_sampler_arg",
        "otel_bsp_schedule_delay",
        "otel_bsp_max_queue_size",
        "otel_bsp_max_export_batch_size",
        mode="before",
    )
    @classmethod
    def _is_set(cls, value: Any) -> Any:
        """An empty variable counts as not set (OpenTelemetry's specification)."""
        if value == "":
            raise PydanticUseDefault
        return value

    @field_validator("otel_bsp_max_export_batch_size")
    @classmethod
    def _fits_the_queue(cls, value: int, info: ValidationInfo) -> int:
        if value > info.data.get("otel_bsp_max_queue_size", value):
            raise ValueError("must not exceed OTEL_BSP_MAX_QUEUE_SIZE")
        return value

    @property
    def records_traces(self) -> bool:
        """Whether spans are recorded."""
        if self.otel_sdk_disabled or self.otel_traces_exporter == "none":
            return False
        endpoint = self.otel_exporter_otlp_traces_endpoint or self.otel_exporter_otlp_endpoint
        return self.otel_traces_exporter == "console" or endpoint is not None
