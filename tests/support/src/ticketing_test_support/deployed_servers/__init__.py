"""MongoDB, NATS and Redis in the versions of infra/k8s: `make test SERVERS=deployed` runs the tests on them."""
