"""infra/release/deploy.sh and undo.sh: look first, change, wait, and go back to what ran."""

from infra.release.tests.conftest import Cluster


def test_the_server_is_asked_before_anything_is_changed(cluster: Cluster) -> None:
    done = cluster.run("deploy.sh")
    assert done.returncode == 0, done.stderr
    checked, compared, applied = cluster.asked[:3]
    assert checked.startswith("apply --dry-run=server --validate=strict")
    assert (compared.split()[0], applied.split()[:2]) == ("diff", ["apply", "--filename"])


def test_what_the_server_refuses_is_not_applied(cluster: Cluster) -> None:
    cluster.becomes(refuses=True)
    assert cluster.run("deploy.sh").returncode == 1
    assert [line.split()[:2] for line in cluster.asked] == [["apply", "--dry-run=server"]]


def test_a_deploy_waits_for_every_workload(cluster: Cluster) -> None:
    cluster.run("deploy.sh")
    waited = [line.split()[2] for line in cluster.asked if line.startswith("rollout status")]
    assert waited == ["deployment/auth", "deployment/orders", "statefulset/auth-mongo"]


def test_a_workload_that_does_not_come_up_fails_the_deploy_by_name(cluster: Cluster) -> None:
    cluster.becomes(broken=["deployment/orders"])
    done = cluster.run("deploy.sh")
    assert done.returncode == 1
    assert "deployment/orders does not come up" in done.stderr


def test_undo_rolls_back_what_the_deploy_changed_and_nothing_else(cluster: Cluster) -> None:
    cluster.becomes(broken=["deployment/orders"])
    cluster.run("deploy.sh")
    cluster.becomes()
    done = cluster.run("undo.sh")
    assert done.returncode == 0, done.stderr
    undone = [line.split()[2] for line in cluster.asked if line.startswith("rollout undo")]
    assert undone == ["deployment/orders", "statefulset/auth-mongo"]


def test_undo_takes_away_the_pods_that_would_hold_up_a_stateful_set(cluster: Cluster) -> None:
    cluster.run("deploy.sh")
    cluster.becomes()
    cluster.run("undo.sh")
    deleted = [line for line in cluster.asked if line.startswith("delete pod")]
    assert deleted == ["delete pod --selector controller-revision-hash=auth-mongo-new --wait=false"]


def test_undo_of_what_was_never_deployed_says_so_and_changes_nothing(cluster: Cluster) -> None:
    done = cluster.run("undo.sh")
    assert (done.returncode, cluster.asked) == (0, [])
    assert "nothing to undo" in done.stdout


def test_undo_after_a_deploy_that_changed_nothing_leaves_all_as_it_is(cluster: Cluster) -> None:
    cluster.becomes(changes={})
    assert cluster.run("deploy.sh").returncode == 0
    cluster.becomes()
    assert cluster.run("undo.sh").returncode == 0
    assert cluster.asked == []
