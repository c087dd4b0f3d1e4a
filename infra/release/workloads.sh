# shellcheck shell=bash
# What deploy.sh and undo.sh ask of the cluster: which workloads a release has, and which template their pods have now.

workloads() { # those of the manifests $1 that exist: "deployment/auth", one a line
    kubectl get --filename "$1" --ignore-not-found --output name < /dev/null \
        | sed -nE 's#^(deployment|statefulset)\.apps/#\1/#p'
}

revision() { # of the workload $1
    local path='{.status.updateRevision}'
    [[ $1 == statefulset/* ]] || path='{.metadata.annotations.deployment\.kubernetes\.io/revision}'
    kubectl get "$1" --output "jsonpath=$path" < /dev/null
}
