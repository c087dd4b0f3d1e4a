"""infra/release/deploy.sh and undo.sh: check, apply, wait and roll back."""

from infra.release.tests.conftest import Cluster


def test_deploy_validates_and_compares_before_applying(cluster: Cluster) -> None:
    done = cluster.run("deploy.sh")
    assert done.returncode == 0, done.stderr
    deleted, checked, compared, _, labelled, applied = cluster.calls[:6]
    assert deleted.startswith("delete job --selector app.kubernetes.io/part-of=ticketing")
    assert checked.startswith("apply --dry-run=server --validate=strict")
    assert (compared.split()[0], applied.split()[:2]) == ("diff", ["apply", "--filename"])
    assert labelled == "label --overwrite namespace shop pod-security.kubernetes.io/enforce=restricted"


def test_rejected_manifests_are_not_applied(cluster: Cluster) -> None:
    cluster.update(rejects=True)
    assert cluster.run("deploy.sh").returncode == 1
    assert [line.split()[:2] for line in cluster.calls] == [["delete", "job"], ["apply", "--dry-run=server"]]


def test_deploy_waits_for_every_workload(cluster: Cluster) -> None:
    cluster.run("deploy.sh")
    waited = [line.split()[2] for line in cluster.calls if line.startswith("rollout status")]
    assert waited == ["deployment/auth", "deployment/orders", "statefulset/auth-mongo"]


def test_deploy_names_the_workload_that_is_not_ready(cluster: Cluster) -> None:
    cluster.update(broken=["deployment/orders"])
    done = cluster.run("deploy.sh")
    assert done.returncode == 1
    assert "deployment/orders did not become ready" in done.stderr


def test_undo_rolls_back_only_changed_workloads(cluster: Cluster) -> None:
    cluster.update(broken=["deployment/orders"])
    cluster.run("deploy.sh")
    cluster.update()
    done = cluster.run("undo.sh")
    assert done.returncode == 0, done.stderr
    undone = [line.split()[2] for line in cluster.calls if line.startswith("rollout undo")]
    assert undone == ["deployment/orders", "statefulset/auth-mongo"]


def test_undo_deletes_pods_that_block_a_stateful_set(cluster: Cluster) -> None:
    cluster.run("deploy.sh")
    cluster.update()
    cluster.run("undo.sh")
    deleted = [line for line in cluster.calls if line.startswith("delete pod")]
    assert deleted == ["delete pod --selector controller-revision-hash=auth-mongo-new --wait=false"]


def test_undo_without_deployment_changes_nothing(cluster: Cluster) -> None:
    done = cluster.run("undo.sh")
    assert (done.returncode, cluster.calls) == (0, [])
    assert "nothing to undo" in done.stdout


def test_undo_after_unchanged_deployment_changes_nothing(cluster: Cluster) -> None:
    cluster.update(changes={})
    assert cluster.run("deploy.sh").returncode == 0
    cluster.update()
    assert cluster.run("undo.sh").returncode == 0
    assert cluster.calls == []
