#!/usr/bin/env python3
"""Releases in CHANGELOG.md. The version is in pyproject.toml, and nowhere else.

infra/release/changelog.py cut 1.2.0        start a release: set the version, and give "Unreleased" its heading
infra/release/changelog.py notes v1.2.0     print the notes of the tag; --source URL adds how to install it

Exits with 1 and one line if the tag, the version and the changelog do not agree.
"""

import argparse
import datetime
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNRELEASED = "## Unreleased\n"
SEMANTIC = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
VERSION_LINE = re.compile(r'^version = "(.*)"$', re.MULTILINE)
INSTALL = """\
### Install

On any cluster, without building anything or creating Secrets:

```bash
kubectl apply --filename {source}/releases/download/{tag}/quickstart.yaml
kubectl --namespace ticketing wait --for=condition=Available --timeout=300s deployment --all
kubectl --namespace ticketing port-forward service/gateway 8080:80
```

[Upgrading]({source}/blob/{tag}/docs/upgrading.md): steps for operators, how to verify signatures, how to roll back.
"""


class MismatchError(Exception):
    """The tag, the version and the changelog do not agree; the message says what to do."""


def current_version(pyproject: str) -> str:
    found = VERSION_LINE.search(pyproject)
    if found is None:
        raise MismatchError("pyproject.toml has no version")
    return found[1]


def section(changelog: str, version: str) -> str:
    """The text below a version's heading, up to the next version."""
    for part in re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        if heading.split()[:1] == [version] and text.strip():
            return text.strip()
    raise MismatchError(f"CHANGELOG.md has no notes for {version}: run infra/release/changelog.py cut {version}")


def unwrapped(text: str) -> str:
    """Each paragraph and list item in one line: GitHub shows the line breaks of release notes."""
    return re.sub(r"(?<=\S)\n *(?=[^\s#*-])", " ", text)


def notes(pyproject: str, changelog: str, tag: str, source: str = "") -> str:
    """Of the release with this tag."""
    version = current_version(pyproject)
    if tag != f"v{version}":
        raise MismatchError(f"The tag {tag} does not match version {version} in pyproject.toml: tag v{version}")
    text = unwrapped(section(changelog, version))
    if not source:
        return f"{text}\n"
    linked = re.sub(r"\]\((?!\w+:)", f"]({source}/blob/{tag}/", text)
    return f"{linked}\n\n{INSTALL.format(source=source, tag=tag)}"


def cut(pyproject: str, changelog: str, version: str, day: datetime.date) -> tuple[str, str]:
    """Both files, for the new release."""
    if not SEMANTIC.fullmatch(version):
        raise MismatchError(f"'{version}' is not a version like 1.2.0")
    if re.search(rf"^## {re.escape(version)}(\s|$)", changelog, re.MULTILINE):
        raise MismatchError(f"CHANGELOG.md already has a version {version}")
    _, _, after = changelog.partition(UNRELEASED)
    if not after.partition("\n## ")[0].strip():
        raise MismatchError('CHANGELOG.md has nothing below "## Unreleased"')
    heading = f"{UNRELEASED}\n## {version} - {day.isoformat()}\n"
    return VERSION_LINE.sub(f'version = "{version}"', pyproject, count=1), changelog.replace(UNRELEASED, heading, 1)


def main(arguments: list[str], root: Path = ROOT) -> None:
    """Raises MismatchError."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("cut").add_argument("version")
    noted = commands.add_parser("notes")
    noted.add_argument("tag")
    noted.add_argument("--source", default="", help="the address of the repository, https://github.com/OWNER/NAME")
    given = parser.parse_args(arguments)

    files = (root / "pyproject.toml", root / "CHANGELOG.md")
    pyproject, changelog = (file.read_text() for file in files)
    if given.command == "notes":
        sys.stdout.write(notes(pyproject, changelog, given.tag, given.source))
        return
    today = datetime.datetime.now(datetime.UTC).date()
    for file, text in zip(files, cut(pyproject, changelog, given.version, today), strict=True):
        file.write_text(text)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except MismatchError as error:
        sys.exit(str(error))
