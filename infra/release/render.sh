#!/usr/bin/env bash
# Print the manifests of a release: an overlay of this directory with real images and the real host.
#   TAG=COMMIT infra/release/render.sh > release.yaml                   production; REGISTRY and HOST default to production.env
#   IMAGES=FILE infra/release/render.sh quickstart > quickstart.yaml    any overlay, with the digests that publish.sh printed
# HOST=ticketing.example.com keeps that placeholder. REPOSITORY is the address of the source code, to which alerts link.
# Needs kubectl but no cluster. Exits with 1 if a value is missing or invalid, or a placeholder is left.
set -euo pipefail
IMAGES=${IMAGES:+$(realpath "$IMAGES")}
cd "$(dirname "${BASH_SOURCE[0]}")"

placeholder=ticketing.example.com
overlay=${1:-production}
setting() { sed -n "s/^$1=//p" production.env; }
fail() { echo "$1" >&2; exit 1; }

[ -f "$overlay/kustomization.yaml" ] || fail "There is no overlay '$overlay' in infra/release"
REGISTRY=${REGISTRY:-$(setting REGISTRY)}
HOST=${HOST:-$(setting HOST)}
[ "$overlay" != quickstart ] || HOST=$placeholder # it has no host
if [ -z "$IMAGES" ]; then
    : "${TAG:?set the tag of the pushed images, for example TAG=$(git rev-parse HEAD)}"
    [[ $REGISTRY =~ ^[a-z0-9.:-]+(/[a-z0-9-]+)*$ ]] ||
        fail "REGISTRY must be like registry.digitalocean.com/NAME, not '$REGISTRY': set it in infra/release/production.env"
fi
[[ $HOST =~ ^[a-z0-9-]+(\.[a-z0-9-]+)+$ ]] ||
    fail "HOST must be like tickets.example.org, not '$HOST': set it in infra/release/production.env"

kustomize() { kubectl kustomize --load-restrictor LoadRestrictionsNone "$1"; }

replacement() { # IMAGE, like ticketing/auth: how kustomize replaces it
    [ -n "$IMAGES" ] || { echo "newName: $REGISTRY/$1, newTag: \"$TAG\""; return; }
    local reference
    reference=$(sed -n "s|^${1#ticketing/} ||p" "$IMAGES")
    [[ $reference =~ ^[^@]+@sha256:[0-9a-f]{64}$ ]] || fail "$IMAGES has no digest of $1"
    echo "newName: ${reference%@*}, digest: ${reference#*@}"
}

# A temporary overlay, because kustomize has no parameters.
temporary=$(mktemp -d ./.release.XXXXXX)
trap 'rm -rf "$temporary"' EXIT
images=$(kustomize "$overlay" | grep -oE 'image: ticketing/[a-z-]+' | sort -u)
{
    echo "resources: [../$overlay]"
    echo "images:"
    while read -r _ image; do
        values=$(replacement "$image")
        echo "  - {name: $image, $values}"
    done <<< "$images"
} > "$temporary/kustomization.yaml"

release=$(kustomize "$temporary" | sed -e "s/${placeholder//./\\.}/$HOST/g" -e "s|https://github.com/OWNER/ticketing|${REPOSITORY:-&}|g")
[ "$HOST" = $placeholder ] || ! left=$(grep -F 'example.com' <<< "$release") || fail "A placeholder is left: $left"
! left=$(grep -F 'image: ticketing/' <<< "$release") || fail "A placeholder is left: $left"
printf '%s\n' "$release"
