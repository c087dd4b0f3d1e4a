"""Faults of the local stack: injected on purpose, bounded in time, and undone in any case."""
