"""What the usual exporters export, of which rules and dashboards may use these metrics, with their labels.

prometheus-blackbox-exporter: https://github.com/prometheus/blackbox_exporter
oliver006/redis_exporter: https://github.com/oliver006/redis_exporter#whats-exported
percona/mongodb_exporter, from serverStatus: https://github.com/percona/mongodb_exporter
natsio/prometheus-nats-exporter, from /varz: https://github.com/nats-io/prometheus-nats-exporter

Those of Prometheus itself are `up` and `ALERTS`; those of the client library are exported by each of our processes.
"""

from collections.abc import Mapping

EXPORTED: Mapping[str, frozenset[str]] = {
    "up": frozenset(),
    "ALERTS": frozenset({"alertname", "alertstate", "severity"}),
    "probe_success": frozenset(),
    "probe_ssl_earliest_cert_expiry": frozenset(),
    "redis_up": frozenset(),
    "redis_memory_used_bytes": frozenset(),
    "redis_memory_max_bytes": frozenset(),
    "redis_connected_clients": frozenset(),
    "redis_blocked_clients": frozenset(),
    "mongodb_ss_opcounters": frozenset({"legacy_op_type"}),
    "mongodb_ss_connections": frozenset({"conn_type"}),
    "gnatsd_varz_cpu": frozenset({"server_id"}),
    "gnatsd_varz_mem": frozenset({"server_id"}),
    "gnatsd_varz_connections": frozenset({"server_id"}),
    "gnatsd_varz_slow_consumers": frozenset({"server_id"}),
}
