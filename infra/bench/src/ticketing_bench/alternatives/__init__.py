"""What the design could have done instead, measured for docs/performance/alternatives.md."""
