"""Rules as a Prometheus rule file: a second line of defence, for when the daemon itself is down."""

from hedgewatch.telemetry.prometheus.export import Export, exported

__all__ = ["Export", "exported"]
