"""The harness notices commands that do not work."""

import shutil
from pathlib import Path

import pytest
import yaml
from tests.documentation.blocks import ROOT, Block
from tests.documentation.cluster import Cluster, kubeconfig, serving
from tests.documentation.runner import LinkedCheckout, Run, differences, problems, substituted

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed; CI has it")


def block(text: str, note: str = "") -> Block:
    return Block("README.md", 10_000, "bash", text, "run", note)


def test_command_that_fails_or_does_not_exist_is_noticed(tmp_path: Path) -> None:
    checkout = LinkedCheckout(tmp_path / "checkout", {})
    assert problems(checkout.run(block("false\ntrue"), {})) == ["exit status 1"]
    assert problems(checkout.run(block("no-such-command"), {})) == ["exit status 127"]
    assert problems(checkout.run(block("test -x infra/release/render.sh"), {})) == []


def test_what_commands_write_stays_in_the_folder(tmp_path: Path) -> None:
    LinkedCheckout(tmp_path / "checkout", {}).run(block("touch left-behind"), {})
    assert (tmp_path / "checkout/left-behind").exists()
    assert not (ROOT / "left-behind").exists()


def test_command_that_does_not_end_is_interrupted(tmp_path: Path) -> None:
    done = LinkedCheckout(tmp_path / "checkout", {}).run_until(block("echo started; sleep 60", "started"), {})
    assert (problems(done), done.output) == ([], "started\n")


def test_output_that_the_page_does_not_show_is_noticed() -> None:
    text = (ROOT / "docs/kubernetes/README.md").read_text()
    line = text[: text.index("```bash\ncurl http://ticketing.dev")].count("\n") + 1
    curl = Block("docs/kubernetes/README.md", line, "bash", "curl", "run", "")
    assert problems(Run(curl, 0, '{"currentUser":null}', 0)) == []
    assert problems(Run(curl, 0, '{"currentUser":{}}', 0)) == ['{"currentUser":null}']


def test_examples_are_replaced_as_whole_words() -> None:
    assert substituted("trace ID; IDLE; http://localhost:8080/", {"ID": "1", "localhost:8080": "h:1"}) == (
        "trace 1; IDLE; http://h:1/"
    )


@pytest.mark.parametrize(("shown", "missing"), [("a … c\nlast", []), ("last\na b c", ["a b c"]), ("a c", ["a c"])])
def test_shown_output_is_compared_line_by_line(shown: str, missing: list[str]) -> None:
    assert differences(shown, "first\na  b  c\nlast\n") == missing


@needs_kubectl
def test_kubectl_fails_on_what_is_not_in_the_manifests(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.load(ROOT / "infra/k8s-dev")
    with serving(cluster) as server:
        (tmp_path / "config").write_text(yaml.safe_dump(dict(kubeconfig(server))))
        checkout = LinkedCheckout(tmp_path / "checkout", {"KUBECONFIG": str(tmp_path / "config")})
        assert problems(checkout.run(block("kubectl get ingress ticketing"), {})) == []
        assert problems(checkout.run(block("kubectl get ingress other"), {})) == ["exit status 1"]
        assert problems(checkout.run(block("kubectl apply --filename infra/k8s-none"), {})) == ["exit status 1"]
