"""A copy of this checkout in which the solution of an exercise can be applied and tested."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXERCISES = Path("docs/exercises")
TIMEOUT_SECONDS = 600
# What `make set-up` made. A stack needs the built client.
BUILT = (".venv", "client/node_modules", "client/.next")
PACKAGES = ".cache/packages"


@dataclass(frozen=True)
class CheckoutCopy:
    """The files of a working tree, in a repository with one commit."""

    root: Path

    def apply(self, patch: Path) -> None:
        """AssertionError with git's message when it does not apply."""
        done = apply(self.root, patch)
        assert done.returncode == 0, done.stderr

    def changed(self) -> list[str]:
        """The files that a solution changed or added."""
        return [name for name in _list_files(self.root, "--modified", "--others") if (self.root / name).is_file()]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command, which imports the packages of the copy."""
        sources = [*self.root.glob("*/src"), *self.root.glob("infra/*/src"), self.root / "tests/support/src"]
        environment = {
            **os.environ,
            "PATH": f"{self.root / '.venv/bin'}:{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(map(str, [*sources, self.root / PACKAGES])),
        }
        return subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    def install(self, member: str) -> None:
        """Make the metadata of a new workspace member known, as `make set-up` would. Its code is read from the copy."""
        options = ("--quiet", "--no-deps", "--no-build-isolation", "--python", sys.executable, "--target", PACKAGES)
        done = self.run("uv", "pip", "install", *options, f"./{member}")
        assert done.returncode == 0, done.stdout

    def pytest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run tests of the copy."""
        return self.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)


def copy_of_checkout(target: Path) -> CheckoutCopy:
    """All files that git knows or would add; what is built is shared, and not committed."""
    for name in _list_files(ROOT, "--cached", "--others"):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name, follow_symlinks=False)
    author = ("-c", "user.name=exercises", "-c", "user.email=exercises@localhost")
    for command in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "--message", "Copy"]):
        subprocess.run(["git", *command], cwd=target, check=True, capture_output=True)
    for name in BUILT:
        if (ROOT / name).exists():
            (target / name).symlink_to((ROOT / name).resolve())
    return CheckoutCopy(target)


def _list_files(root: Path, *which: str) -> list[str]:
    command = ["git", "ls-files", "-z", "--exclude-standard", *which]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()
    return sorted({name for name in listed.split("\0") if name})


def apply(root: Path, patch: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`git apply` on the files below `root`, tolerant of changed lines next to those of the patch."""
    command = ["git", "apply", "-C1", *options, str(ROOT / patch)]
    return subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
