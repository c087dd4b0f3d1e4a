#!/usr/bin/env bash
# Print the manifests of a release: infra/k8s and infra/k8s-prod with the images of one commit and the production host.
#   TAG=COMMIT infra/release/render.sh > release.yaml      REGISTRY and HOST come from production.env unless given
# It needs kubectl, and no cluster. Exit status 1 when a value is missing or a placeholder is left.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

setting() { sed -n "s/^$1=//p" production.env; }
complain() { echo "$1" >&2; exit 1; }

REGISTRY=${REGISTRY:-$(setting REGISTRY)}
HOST=${HOST:-$(setting HOST)}
# shellcheck disable=SC2016 # the reader's shell shall expand it
: "${TAG:?name the tag that the images were pushed with: TAG=\$(git rev-parse HEAD)}"
[[ $REGISTRY =~ ^[a-z0-9.:-]+(/[a-z0-9-]+)*$ ]] || complain "REGISTRY must be like registry.digitalocean.com/NAME, not '$REGISTRY': set it in infra/release/production.env"
[[ $HOST =~ ^[a-z0-9-]+(\.[a-z0-9-]+)+$ ]] || complain "HOST must be like tickets.example.org, not '$HOST': set it in infra/release/production.env"

# kustomize takes files of this folder and below only: a copy is made here, and goes away again.
scratch=$(mktemp -d ./.rendering.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
cp ../k8s/*.yaml "$scratch"
mkdir "$scratch/prod" && cp ../k8s-prod/*.yaml "$scratch/prod"
(
    cd "$scratch"
    echo "resources:"
    printf -- '  - %s\n' ./*.yaml prod/*.yaml
    echo "images:"
    grep -hoE 'image: ticketing/[a-z-]+' ./*.yaml | sort -u | sed "s|image: \(.*\)|  - {name: \1, newName: $REGISTRY/\1, newTag: \"$TAG\"}|"
) > "$scratch/kustomization"
mv "$scratch/kustomization" "$scratch/kustomization.yaml"

kubectl kustomize "$scratch" | sed "s/ticketing\.example\.com/$HOST/g" > "$scratch/release"
! left=$(grep -nE 'ticketing/[a-z-]+:dev|example\.com' "$scratch/release") || complain "a placeholder is left: $left"
cat "$scratch/release"
