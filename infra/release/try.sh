#!/usr/bin/env bash
# Deploy the quickstart to the cluster of the current kubectl context as a user does, and use it: the page, an account, a ticket.
#   infra/release/try.sh quickstart.yaml      a file or a URL
# Prints the seconds until the page is there; exits with 1 after LIMIT_SECONDS (300). To remove it:
#   kubectl delete namespace ticketing
set -euo pipefail
manifests=${1:?pass quickstart.yaml, as a file or a URL}
limit=${LIMIT_SECONDS:-300}
scratch=$(mktemp -d)
forward=
trap '[ -z "$forward" ] || kill "$forward" 2> /dev/null || true; rm -rf "$scratch"' EXIT

fail() {
    echo "$1" >&2
    kubectl --namespace ticketing get pods --output wide >&2
    kubectl --namespace ticketing get events --sort-by .lastTimestamp --field-selector type=Warning >&2
    exit 1
}

kubectl apply --filename "$manifests"
kubectl --namespace ticketing wait --for=condition=Available --timeout "${limit}s" deployment --all ||
    fail "Not every Deployment is available after $limit s. Pods and warning events:"

: > "$scratch/forward"
kubectl --namespace ticketing port-forward service/gateway :80 > "$scratch/forward" &
forward=$!
until url=$(sed -nE 's#^Forwarding from (127\.0\.0\.1:[0-9]+) .*#http://\1#p' "$scratch/forward" | grep .); do
    kill -0 "$forward" 2> /dev/null || fail "The gateway cannot be reached. Pods and warning events:"
    sleep 0.1
done

send() { curl --silent --show-error --fail --cookie "$scratch/cookies" --cookie-jar "$scratch/cookies" "$@"; }
until page=$(send "$url/") && [[ $page == *"<title>Ticketing"* ]]; do
    [ "$SECONDS" -lt "$limit" ] || fail "No page at $url after $limit s. Pods and warning events:"
    sleep 1
done
echo "The page is there after $SECONDS s."

post() { send --output /dev/null --header 'Content-Type: application/json' --data "$2" "$url$1"; }
post /api/users/signup '{"email": "user@example.com", "password": "a user of the quickstart"}' || fail "Cannot sign up"
post /api/tickets '{"title": "Concert", "price": 20}' || fail "Cannot list a ticket"
tickets=$(send "$url/api/tickets")
[[ $tickets == *Concert* ]] || fail "The ticket is not on sale"
echo "Created an account and a ticket."
