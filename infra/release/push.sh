#!/usr/bin/env bash
# Push every image that the manifests use, as built by `make images REGISTRY=… TAG=…`.
#   TAG=COMMIT infra/release/push.sh      REGISTRY defaults to that in production.env
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
REGISTRY=${REGISTRY:-$(sed -n 's/^REGISTRY=//p' infra/release/production.env)}
: "${REGISTRY:?set the registry, here or in infra/release/production.env: registry.digitalocean.com/NAME}"
: "${TAG:?set the tag of the images, for example TAG=$(git rev-parse HEAD)}"

grep -rhoE 'image: ticketing/[a-z-]+' infra/k8s infra/k8s-prod infra/observability/k8s | sort -u | while read -r _ image; do
    docker push --quiet "$REGISTRY/$image:$TAG" < /dev/null
done
