#!/usr/bin/env bash
# `make test-quickstart`: deploy the quickstart with the images of `make images` to a new cluster, use it, delete the cluster.
# Needs Docker, kubectl and kind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v kind > /dev/null || { echo "kind is needed: https://kind.sigs.k8s.io" >&2; exit 1; }

name=ticketing-quickstart
scratch=$(mktemp -d)
export KUBECONFIG=$scratch/config # the cluster never becomes the current one of the user
trap 'kind delete cluster --name $name; rm -rf "$scratch"' EXIT

kubectl kustomize --load-restrictor LoadRestrictionsNone infra/release/quickstart > "$scratch/quickstart.yaml"
mapfile -t images < <(grep -oE 'ticketing/[a-z-]+:dev' "$scratch/quickstart.yaml" | sort -u)
kind create cluster --name $name --wait 120s
kind load docker-image --name $name "${images[@]}"
infra/release/try.sh "$scratch/quickstart.yaml"
