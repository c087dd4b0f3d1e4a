"""`make security`: known vulnerabilities in the locked dependencies, and secrets in the history.

pip-audit asks PyPI and `npm audit` the npm registry; the secret scanner works offline. Prints one line per check, and
what those that fail found; exits with 1 if any does.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv" / "security" / "bin"
ACCEPTED = Path(__file__).with_name("accepted.toml")


def main() -> int:
    """Run all checks; the exit status."""
    accepted = tomllib.loads(ACCEPTED.read_text())
    ids = current(accepted["vulnerabilities"], datetime.now(UTC).date())
    checks = {
        "pip-audit: Python lock files": python_vulnerabilities(ids),
        "npm audit: npm lock files": "\n".join(npm_vulnerabilities(ids)),
        "kingfisher: secrets in files and history": leaked_secrets(accepted["secrets"]),
    }
    for name, problem in checks.items():
        print(f"FAIL  {name}\n{problem}" if problem else f"ok    {name}")
    return int(any(checks.values()))


def current(vulnerabilities: Mapping[str, Mapping[str, Any]], today: date) -> set[str]:
    """The ids of those that are still accepted."""
    return {name for name, entry in vulnerabilities.items() if today <= entry["until"]}


def lock_files(name: str) -> list[str]:
    """All committed lock files of this name."""
    listed = subprocess.run(["git", "ls-files", f"*{name}"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.split()


def python_vulnerabilities(accepted: set[str]) -> str:
    """pip-audit's report; empty if there are none. A package that cannot be looked up is a failure too."""
    options = [option for name in sorted(accepted) for option in ("--ignore-vuln", name)]
    files = [option for name in lock_files("requirements.lock") for option in ("--requirement", name)]
    return _failure(
        [
            TOOLS / "pip-audit",
            "--strict",
            "--disable-pip",
            "--require-hashes",
            "--progress-spinner=off",
            *options,
            *files,
        ]
    )


def npm_vulnerabilities(accepted: set[str]) -> Iterator[str]:
    """One line per advisory, for production and development packages alike."""
    for name in lock_files("package-lock.json"):
        folder = ROOT / Path(name).parent
        command = ["npm", "audit", "--json", "--package-lock-only"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        yield from (f"{name}: {line}" for line in advisories(json.loads(done.stdout), accepted))


def advisories(report: Mapping[str, Any], accepted: set[str]) -> Iterator[str]:
    """The advisories of a report of `npm audit --json` that are not accepted, or why there is no report."""
    if "vulnerabilities" not in report:
        yield f"no report: {report.get('message', report)}"
        return
    found = {
        (cause["url"].rpartition("/")[2], cause["name"], cause["title"])
        for package in report["vulnerabilities"].values()
        for cause in package["via"]
        if isinstance(cause, dict)
    }
    yield from (
        f"{name} {identifier}: {title}" for identifier, name, title in sorted(found) if identifier not in accepted
    )


def leaked_secrets(accepted: Mapping[str, str]) -> str:
    """Kingfisher's findings; empty if there are none. Nothing is sent anywhere to try it out."""
    options = [option for pattern in accepted for option in ("--skip-regex", pattern)]
    return _failure([TOOLS / "kingfisher", "scan", ".", "--quiet", "--no-validate", "--no-update-check", *options])


def _failure(command: list[str | Path]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}".strip() or f"exit status {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
