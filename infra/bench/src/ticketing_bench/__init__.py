"""Benchmarks of the whole system, each beside its floors."""
