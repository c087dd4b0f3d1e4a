"""Put rules and dashboards into the ConfigMaps of k8s/, since kubectl applies only what is in its directory.

Run it after a change of rules or dashboards; a test fails until then.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

FOLDER = Path(__file__).parent
HEADER = """\
# Made by infra/observability/embed.py from infra/observability/{source}: change that, then run it.
# yamllint disable rule:line-length
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: monitoring
  labels:
    app.kubernetes.io/part-of: monitoring
data:
"""


def config_maps() -> Iterator[tuple[Path, str]]:
    """Each file with its text."""
    rules = {path.name: path.read_text() for path in sorted((FOLDER / "rules").glob("*.yaml"))}
    yield _config_map("prometheus-rules", "rules", rules)
    dashboards = {path.name: _compact(path) for path in sorted((FOLDER / "dashboards").glob("*.json"))}
    yield _config_map("grafana-dashboards", "dashboards", dashboards)


def _compact(path: Path) -> str:
    """`kubectl apply` keeps a copy in an annotation, which may have 256 KiB."""
    return json.dumps(json.loads(path.read_text()), separators=(",", ":"), ensure_ascii=False) + "\n"


def _config_map(name: str, source: str, files: dict[str, str]) -> tuple[Path, str]:
    entries = (f"  {key}: |\n{indent(text, '    ')}" for key, text in files.items())
    return FOLDER / "k8s" / f"{name}.yaml", HEADER.format(name=name, source=source) + "".join(entries)


if __name__ == "__main__":
    for path, text in config_maps():
        path.write_text(text)
