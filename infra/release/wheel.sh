#!/usr/bin/env bash
# Build the wheel and the source distribution of ticketing-common into dist/, and test the installed wheel: that its declared
# dependencies are enough to import every module, then with its test suite.
#   make wheel TAG=common-vVERSION
# With a TAG: exits with 1 unless it is the version in common/pyproject.toml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tag=${TAG-}
uv=.venv/bin/uv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

version=$(sed -nE 's/^version = "(.*)"$/\1/p' common/pyproject.toml)
if [ -n "$tag" ] && [ "$tag" != "common-v$version" ]; then
    echo "The tag $tag does not match version $version in common/pyproject.toml: change the version, or tag common-v$version" >&2
    exit 1
fi

rm -rf dist
"$uv" build --quiet --package ticketing-common --no-build-isolation --python .venv/bin/python --out-dir dist
wheel=$PWD/dist/ticketing_common-$version-py3-none-any.whl

echo "== import every module with the declared dependencies only"
"$uv" venv --quiet --python .venv/bin/python "$scratch/alone"
VIRTUAL_ENV=$scratch/alone "$uv" pip install --quiet --constraint requirements.lock "${wheel}"
(cd "$scratch" && alone/bin/python - <<'PYTHON'
import importlib, pkgutil, ticketing_common

names = [module.name for module in pkgutil.walk_packages(ticketing_common.__path__, "ticketing_common.")]
for name in names:
    importlib.import_module(name)
print(f"{len(names)} modules of {ticketing_common.__path__[0]}")
PYTHON
)

echo "== run the test suite against the wheel"
"$uv" venv --quiet --python .venv/bin/python "$scratch/tested"
VIRTUAL_ENV=$scratch/tested "$uv" pip sync --quiet --require-hashes requirements.lock
VIRTUAL_ENV=$scratch/tested "$uv" pip install --quiet --no-deps --no-build-isolation "$wheel" \
    -e tests/support -e infra/local -e infra/operations -e infra/stripe-emulator -e orders -e payments
"$scratch/tested/bin/python" -m pytest -q common/tests
