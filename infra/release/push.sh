#!/usr/bin/env bash
# Push the images that `make images REGISTRY=… TAG=…` built: every one that the manifests name.
#   REGISTRY=registry.digitalocean.com/NAME TAG=COMMIT infra/release/push.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${REGISTRY:?name the registry, for example REGISTRY=registry.digitalocean.com/NAME}"
: "${TAG:?name the tag of the images, for example TAG=$(git rev-parse HEAD)}"

grep -rhoE 'image: ticketing/[a-z-]+' infra/k8s infra/k8s-prod | sed 's|.*/||' | sort -u | while read -r name; do
    docker push --quiet "$REGISTRY/$name:$TAG" < /dev/null
done
