#!/usr/bin/env bash
# Run a command against the stack of the current kubectl context. NATS, the five databases and the services are forwarded to
# free ports of 127.0.0.1; their URLs, with the operator's credentials from the Secrets, are in ADDRESSES.
#   infra/release/forward.sh .venv/bin/ticketing audit
#   infra/release/forward.sh --partial .venv/bin/ticketing status     also when something cannot be reached
set -euo pipefail
partial=
[ "${1:-}" != --partial ] || { partial=yes; shift; }
[ $# -gt 0 ] || { echo "Pass a command: infra/release/forward.sh .venv/bin/ticketing audit" >&2; exit 2; }

scratch=$(mktemp -d)
forwards=()
trap 'kill "${forwards[@]}" 2> /dev/null || true; wait; rm -rf "$scratch"' EXIT

password() { # SECRET: the operator's
    kubectl get secret "$1" --output 'jsonpath={.data.ops}' | base64 --decode
}

forward() { # NAME TARGET PORT: in the background
    : > "$scratch/$1" # the background job may start later than the first read
    kubectl port-forward "$2" ":$3" > "$scratch/$1" 2>&1 &
    forwards+=($!)
}

port() { # NAME PID: prints the local port once it is open; fails when it cannot be opened
    until sed -nE 's/^Forwarding from 127\.0\.0\.1:([0-9]+) .*/\1/p' "$scratch/$1" | grep .; do
        kill -0 "$2" 2> /dev/null || { echo "Cannot reach $1: $(cat "$scratch/$1")" >&2; return 1; }
        sleep 0.1
    done
}

servers=(nats auth-mongo tickets-mongo orders-mongo payments-mongo expiration-mongo)
http=(auth tickets orders payments)
nats=$(password nats-credentials)
mongo=$(password mongo-credentials)
forward nats service/nats 4222
for name in "${servers[@]:1}"; do forward "$name" "service/$name" 27017; done
for name in "${http[@]}"; do forward "$name" "service/$name" 3000; done
forward expiration deployment/expiration 3000
forward expiration-worker deployment/expiration-worker 9100

ADDRESSES=
names=("${servers[@]}" "${http[@]}" expiration expiration-worker)
for index in "${!names[@]}"; do
    name=${names[$index]}
    case $name in
        nats) login="nats://ops:$nats@" ;;
        *-mongo) login="mongodb://ops:$mongo@" ;;
        *) login=http:// ;;
    esac
    # Port 1 refuses every connection, so that the command reports what cannot be reached. The databases and NATS are needed.
    port=$(port "$name" "${forwards[$index]}") || { [ -n "$partial" ] || [[ $login = http* ]] || exit 1; port=1; }
    ADDRESSES+="$name=${login}127.0.0.1:$port "
done
export ADDRESSES PODS=kubectl
"$@"
