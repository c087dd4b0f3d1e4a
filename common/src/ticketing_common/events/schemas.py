"""`python -m ticketing_common.events.schemas DIR` writes one JSON schema for each subject."""

import json
import sys
from pathlib import Path

from ticketing_common.events import EVENTS, Subject


def schema_of(subject: Subject) -> str:
    """The JSON schema of the subject's data, as the file in `common/contract/` holds it."""
    schema = EVENTS[subject].model_json_schema(by_alias=True, mode="serialization")
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def write_all(folder: Path) -> None:
    """Write every subject's schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for subject in Subject:
        (folder / f"{subject.value}.json").write_text(schema_of(subject))


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
