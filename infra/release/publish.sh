#!/usr/bin/env bash
# Join the platforms of each image under the tag of a release, and sign it. Prints a line NAME REPOSITORY@DIGEST for each.
#   TAG=v1.2.0 infra/release/publish.sh FOLDER > images.txt      FOLDER as written by `make images PUSH=FOLDER`
# Needs docker with buildx and a login to the registry, and cosign, which signs as the identity of the workflow.
set -euo pipefail
folder=${1:?pass the folder that "make images PUSH=FOLDER" wrote}
: "${TAG:?set the tag of the release: TAG=v1.2.0}"

for name in $(find "$folder" -type f -printf '%f\n' | cut -d. -f1 | sort -u); do
    platforms=("$folder/$name".*)
    mapfile -t sources < <(cat "${platforms[@]}")
    repository=${sources[0]%@*}
    docker buildx imagetools create --tag "$repository:$TAG" "${sources[@]}" >&2
    digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$repository:$TAG")
    cosign sign --yes "$repository@$digest" >&2
    echo "$name $repository@$digest"
done
