#!/usr/bin/env bash
# Apply a rendered release to the cluster of the current kubectl context and wait until all workloads are ready.
#   infra/release/deploy.sh RELEASE.yaml
# Exits with 1 if they do not become ready; then `infra/release/undo.sh RELEASE.yaml` rolls back to the revisions recorded in
# RELEASE.yaml.before. WAIT_SECONDS (480) limits the total wait to less than the 600 s for which CI's credentials are valid.
set -euo pipefail
# shellcheck source=infra/release/workloads.sh
. "$(dirname "${BASH_SOURCE[0]}")/workloads.sh"
release=${1:?pass the file written by infra/release/render.sh}
deadline=$((SECONDS + ${WAIT_SECONDS:-480}))

for workload in $(workloads "$release"); do
    echo "$workload $(revision "$workload")"
done > "$release.before"

# Their pods cannot be changed. A Job of an earlier release that has not succeeded would stop this one.
kubectl delete job --selector app.kubernetes.io/part-of=ticketing --ignore-not-found

echo "== server-side dry run"
kubectl apply --dry-run=server --validate=strict --filename "$release" > /dev/null

echo "== changes"
kubectl diff --filename "$release" || [ $? -eq 1 ] # 1: there are differences; greater: an error

echo "== apply"
# Pods that need more privileges than ours (all satisfy "restricted") are refused from now on.
namespace=$(kubectl config view --minify --output 'jsonpath={..namespace}')
kubectl label --overwrite namespace "${namespace:-default}" pod-security.kubernetes.io/enforce=restricted
kubectl apply --filename "$release"

for workload in $(workloads "$release"); do
    left=$((deadline - SECONDS))
    kubectl rollout status "$workload" --timeout "$((left > 1 ? left : 1))s" || {
        echo "$workload did not become ready. Pods and warning events:" >&2
        kubectl get pods --output wide >&2
        kubectl get events --sort-by .lastTimestamp --field-selector type=Warning >&2
        exit 1
    }
done
echo "All workloads are ready."
