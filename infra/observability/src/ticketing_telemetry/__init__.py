"""Traces and dashboards of a stack on one machine.

Receives spans as OTLP over HTTP, keeps the newest traces in memory, and shows them and Grafana's dashboards.
"""
