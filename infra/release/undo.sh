#!/usr/bin/env bash
# Roll back what `deploy.sh RELEASE.yaml` changed: each workload whose revision differs from the recorded one.
#   infra/release/undo.sh RELEASE.yaml
# New workloads are kept for inspection. Ingresses, policies and settings stay as applied; to revert those too, deploy an
# earlier commit (docs/production.md).
set -euo pipefail
# shellcheck source=infra/release/workloads.sh
. "$(dirname "${BASH_SOURCE[0]}")/workloads.sh"
release=${1:?pass the file that was passed to deploy.sh}
[ -f "$release.before" ] || { echo "$release.before does not exist: nothing was deployed, so there is nothing to undo."; exit 0; }

undone=()
while read -r workload was <&3; do
    now=$(revision "$workload")
    [ "$now" != "$was" ] || continue
    kubectl rollout undo "$workload"
    # A StatefulSet does not replace a pod that is not ready.
    [[ $workload == deployment/* ]] || kubectl delete pod --selector "controller-revision-hash=$now" --wait=false
    undone+=("$workload")
done 3< "$release.before"

for workload in ${undone[@]+"${undone[@]}"}; do
    kubectl rollout status "$workload" --timeout "${WAIT_SECONDS:-480}s"
done
echo "Rolled back: ${undone[*]-nothing}."
