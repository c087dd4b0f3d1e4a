#!/usr/bin/env bash
# Print the manifests of a release: infra/release/production with the images of a commit and the real host.
#   TAG=COMMIT infra/release/render.sh > release.yaml      REGISTRY and HOST default to those in production.env
# Needs kubectl but no cluster. Exits with 1 if a value is missing or invalid, or a placeholder is left.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

setting() { sed -n "s/^$1=//p" production.env; }
fail() { echo "$1" >&2; exit 1; }

REGISTRY=${REGISTRY:-$(setting REGISTRY)}
HOST=${HOST:-$(setting HOST)}
: "${TAG:?set the tag of the pushed images, for example TAG=$(git rev-parse HEAD)}"
[[ $REGISTRY =~ ^[a-z0-9.:-]+(/[a-z0-9-]+)*$ ]] ||
    fail "REGISTRY must be like registry.digitalocean.com/NAME, not '$REGISTRY': set it in infra/release/production.env"
[[ $HOST =~ ^[a-z0-9-]+(\.[a-z0-9-]+)+$ ]] ||
    fail "HOST must be like tickets.example.org, not '$HOST': set it in infra/release/production.env"

# A temporary overlay, because kustomize has no parameters.
overlay=$(mktemp -d ./.release.XXXXXX)
trap 'rm -rf "$overlay"' EXIT
{
    echo "resources: [../production]"
    echo "images:"
    grep -rhoE 'image: ticketing/[a-z-]+' ../k8s ../k8s-prod | sort -u | while read -r _ image; do
        echo "  - {name: $image, newName: $REGISTRY/$image, newTag: \"$TAG\"}"
    done
} > "$overlay/kustomization.yaml"

release=$(kubectl kustomize --load-restrictor LoadRestrictionsNone "$overlay" | sed "s/ticketing\.example\.com/$HOST/g")
! left=$(grep -E 'image: ticketing/|example\.com' <<< "$release") || fail "A placeholder is left: $left"
printf '%s\n' "$release"
