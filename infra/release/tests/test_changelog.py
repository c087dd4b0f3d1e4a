"""infra/release/changelog.py: the version and the notes of a release."""

import datetime
from pathlib import Path

import pytest
from infra.release import changelog

PYPROJECT = '[project]\nname = "ticketing"\nversion = "1.2.0"\n'
CHANGELOG = """\
# Changelog

## Unreleased

- Not yet.

## 1.2.0 - 2026-11-26

### Added

- A feature that takes
  two lines ([settings](docs/settings.md#a)).
- Another, of [elsewhere](https://example.org).

A paragraph
in two lines.

## 1.1.0

- Old.
"""


def test_notes_have_unwrapped_paragraphs_and_absolute_links() -> None:
    text, _, install = changelog.notes(PYPROJECT, CHANGELOG, "v1.2.0", "https://github.com/o/r").partition(
        "\n### Install"
    )
    assert text == (
        "### Added\n\n"
        "- A feature that takes two lines ([settings](https://github.com/o/r/blob/v1.2.0/docs/settings.md#a)).\n"
        "- Another, of [elsewhere](https://example.org).\n\n"
        "A paragraph in two lines.\n"
    )
    assert "apply --filename https://github.com/o/r/releases/download/v1.2.0/quickstart.yaml\n" in install


@pytest.mark.parametrize(
    ("pyproject", "text", "tag", "complaint"),
    [
        (PYPROJECT, CHANGELOG, "v1.3.0", "tag v1.2.0"),
        (PYPROJECT, CHANGELOG, "1.2.0", "tag v1.2.0"),
        (PYPROJECT.replace("1.2.0", "1.3.0"), CHANGELOG, "v1.3.0", "has no notes for 1.3.0"),
        (PYPROJECT.replace("1.2.0", "1.1.0"), CHANGELOG.replace("- Old.\n", ""), "v1.1.0", "has no notes for 1.1.0"),
        ("[project]\n", CHANGELOG, "v1.2.0", "no version"),
    ],
)
def test_mismatch_is_reported(pyproject: str, text: str, tag: str, complaint: str) -> None:
    with pytest.raises(changelog.MismatchError, match=complaint):
        changelog.notes(pyproject, text, tag)


def test_cut_turns_unreleased_changes_into_the_notes() -> None:
    pyproject, text = changelog.cut(PYPROJECT, CHANGELOG, "1.3.0", datetime.date(2026, 12, 1))
    assert "## Unreleased\n\n## 1.3.0 - 2026-12-01\n\n- Not yet." in text
    assert changelog.notes(pyproject, text, "v1.3.0") == "- Not yet.\n"


@pytest.mark.parametrize(("text", "version"), [(CHANGELOG.replace("- Not yet.\n", ""), "1.3.0"), (CHANGELOG, "next")])
def test_empty_release_and_invalid_version_are_refused(text: str, version: str) -> None:
    with pytest.raises(changelog.MismatchError):
        changelog.cut(PYPROJECT, text, version, datetime.date(2026, 12, 1))


def test_version_is_cut_once() -> None:
    with pytest.raises(changelog.MismatchError, match=r"already has a version 1\.2\.0"):
        changelog.cut(PYPROJECT, CHANGELOG, "1.2.0", datetime.date(2026, 12, 1))
    _, text = changelog.cut(PYPROJECT, CHANGELOG, "1.2.0-rc.1", datetime.date(2026, 12, 1))
    assert "## 1.2.0-rc.1 - 2026-12-01" in text


def test_empty_heading_has_no_notes() -> None:
    assert changelog.section(f"## \n\n{CHANGELOG}", "1.1.0") == "- Old."


def test_cut_writes_both_files(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    changelog.main(["cut", "2.0.0-rc.1"], tmp_path)
    assert 'version = "2.0.0-rc.1"' in (tmp_path / "pyproject.toml").read_text()
    assert "## 2.0.0-rc.1 - 20" in (tmp_path / "CHANGELOG.md").read_text()


def test_current_version_can_be_released() -> None:
    pyproject, text = ((changelog.ROOT / name).read_text() for name in ("pyproject.toml", "CHANGELOG.md"))
    assert len(changelog.notes(pyproject, text, f"v{changelog.current_version(pyproject)}")) < 125_000  # GitHub's limit


def test_upgrade_notes_cover_the_current_version() -> None:
    version = changelog.current_version((changelog.ROOT / "pyproject.toml").read_text())
    assert f"\n### {version}\n" in (changelog.ROOT / "docs/upgrading.md").read_text()
