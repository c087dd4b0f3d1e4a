"""A load generator: users who sell and buy, and retry through faults."""
