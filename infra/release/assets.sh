#!/usr/bin/env bash
# Write the files of a release: one manifest of each overlay with the digests of the images, the list of the images, checksums
# of all these, and a signature of the checksums.
#   infra/release/assets.sh images.txt FOLDER      images.txt as printed by publish.sh; REPOSITORY as for render.sh
set -euo pipefail
images=${1:?pass the file that publish.sh printed}
folder=${2:?pass a folder for the files}
here=$(dirname "${BASH_SOURCE[0]}")

mkdir -p "$folder"
cp "$images" "$folder/images.txt"
for overlay in quickstart production observability; do
    IMAGES=$images HOST=ticketing.example.com "$here/render.sh" "$overlay" > "$folder/$overlay.yaml"
done
cd "$folder"
sha256sum -- *.yaml images.txt > SHA256SUMS
cosign sign-blob --yes --bundle SHA256SUMS.sigstore.json SHA256SUMS >&2
