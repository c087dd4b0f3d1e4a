# shellcheck shell=bash
# Queries for deploy.sh and undo.sh: the workloads of a release and their current revisions.

workloads() { # FILE: prints those that exist, one per line, such as deployment/auth
    kubectl get --filename "$1" --ignore-not-found --output name < /dev/null \
        | sed -nE 's#^(deployment|statefulset)\.apps/#\1/#p'
}

revision() { # WORKLOAD
    local path='{.status.updateRevision}'
    [[ $1 == statefulset/* ]] || path='{.metadata.annotations.deployment\.kubernetes\.io/revision}'
    kubectl get "$1" --output "jsonpath=$path" < /dev/null
}
