#!/usr/bin/env bash
# Run a command against the stack of the current kubectl context. NATS and the five databases are forwarded to free ports
# of 127.0.0.1; their URLs, with the operator's credentials from the Secrets, are in ADDRESSES.
#   infra/release/forward.sh .venv/bin/ticketing audit
set -euo pipefail
[ $# -gt 0 ] || { echo "Pass a command: infra/release/forward.sh .venv/bin/ticketing audit" >&2; exit 2; }

scratch=$(mktemp -d)
forwards=()
trap 'kill "${forwards[@]}" 2> /dev/null || true; wait; rm -rf "$scratch"' EXIT

password() { # SECRET: the operator's
    kubectl get secret "$1" --output 'jsonpath={.data.ops}' | base64 --decode
}

forward() { # NAME SCHEME PORT PASSWORD: adds to ADDRESSES
    local output=$scratch/$1 port=
    : > "$output" # the background job may start later than the first read
    kubectl port-forward "service/$1" ":$3" > "$output" 2>&1 &
    forwards+=($!)
    until port=$(sed -nE 's/^Forwarding from 127\.0\.0\.1:([0-9]+) .*/\1/p' "$output") && [ -n "$port" ]; do
        kill -0 $! 2> /dev/null || { echo "Cannot reach $1: $(cat "$output")" >&2; exit 1; }
        sleep 0.1
    done
    ADDRESSES+="$1=$2://ops:$4@127.0.0.1:$port "
}

ADDRESSES=
nats=$(password nats-credentials)
mongo=$(password mongo-credentials)
forward nats nats 4222 "$nats"
for service in auth tickets orders payments expiration; do forward "$service-mongo" mongodb 27017 "$mongo"; done
export ADDRESSES
"$@"
