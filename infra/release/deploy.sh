#!/usr/bin/env bash
# Apply rendered manifests to the cluster of the current kubectl context, and wait until all of it runs.
#   infra/release/deploy.sh RELEASE.yaml
# Exit status 1 when it does not; `infra/release/undo.sh RELEASE.yaml` then goes back to what ran before, which is noted in
# RELEASE.yaml.before. WAIT_SECONDS (480) is for everything together: less than the 600 s that CI's credentials live.
set -euo pipefail
# shellcheck source=infra/release/workloads.sh
. "$(dirname "${BASH_SOURCE[0]}")/workloads.sh"
release=${1:?name the file that infra/release/render.sh wrote}
deadline=$((SECONDS + ${WAIT_SECONDS:-480}))

for workload in $(workloads "$release"); do
    echo "$workload $(revision "$workload")"
done > "$release.before"

echo "== the server's own check; nothing is changed yet"
kubectl apply --dry-run=server --validate=strict --filename "$release" > /dev/null

echo "== what changes"
kubectl diff --filename "$release" || [ $? -eq 1 ] # 1: there are differences; more: it could not tell

echo "== apply"
kubectl apply --filename "$release"

for workload in $(workloads "$release"); do
    left=$((deadline - SECONDS))
    kubectl rollout status "$workload" --timeout "$((left > 1 ? left : 1))s" || {
        echo "$workload does not come up. This is what runs, and what the cluster warns of:" >&2
        kubectl get pods --output wide >&2
        kubectl get events --sort-by .lastTimestamp --field-selector type=Warning >&2
        exit 1
    }
done
echo "All of it runs."
