#!/usr/bin/env bash
# Push the images that `make images REGISTRY=… TAG=…` built: every one that the manifests name.
#   TAG=COMMIT infra/release/push.sh      REGISTRY comes from production.env unless given
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
REGISTRY=${REGISTRY:-$(sed -n 's/^REGISTRY=//p' infra/release/production.env)}
: "${REGISTRY:?name the registry, here or in infra/release/production.env: registry.digitalocean.com/NAME}"
: "${TAG:?name the tag of the images, for example TAG=$(git rev-parse HEAD)}"

grep -rhoE 'image: ticketing/[a-z-]+' infra/k8s infra/k8s-prod | sort -u | while read -r _ image; do
    docker push --quiet "$REGISTRY/$image:$TAG" < /dev/null
done
