"""The embedded stack's traces: an OTLP/HTTP receiver and a Japanese trace page over PostgreSQL.

In production an OpenTelemetry Collector and Jaeger stand in this place. What those lack, and this
page has, is the search for every trace of one case by its receipt number (受付番号).
"""

from deploy.embedded.traces.app import create_app

__all__ = ["create_app"]
