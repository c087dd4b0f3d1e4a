#!/usr/bin/env bash
# Roll back what `deploy.sh RELEASE.yaml` changed: each workload whose pods' template is not the one noted before.
#   infra/release/undo.sh RELEASE.yaml
# A workload that is new stays, for somebody to look at. Ingresses, policies and settings stay as applied: to go back
# altogether, deploy an earlier commit (docs/production.md).
set -euo pipefail
# shellcheck source=infra/release/workloads.sh
. "$(dirname "${BASH_SOURCE[0]}")/workloads.sh"
release=${1:?name the file that deploy.sh was given}
[ -f "$release.before" ] || { echo "There is no $release.before: nothing was deployed, so there is nothing to undo."; exit 0; }

undone=()
while read -r workload was <&3; do
    now=$(revision "$workload")
    [ "$now" != "$was" ] || continue
    kubectl rollout undo "$workload"
    # A StatefulSet waits for a broken pod to become ready before it replaces it: for ever.
    [[ $workload == deployment/* ]] || kubectl delete pod --selector "controller-revision-hash=$now" --wait=false
    undone+=("$workload")
done 3< "$release.before"

for workload in ${undone[@]+"${undone[@]}"}; do
    kubectl rollout status "$workload" --timeout "${WAIT_SECONDS:-480}s"
done
echo "Undone: ${undone[*]-nothing}."
