#!/usr/bin/env bash
# Build ticketing-common's wheel and source distribution into dist/, and test the wheel where nothing else of this
# workspace is installed: once with nothing but what it declares, once with its whole suite.
#   make wheel TAG=common-vVERSION
# With a tag: exit status 1 unless it names the version in common/pyproject.toml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tag=${TAG-}
uv=.venv/bin/uv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

version=$(sed -nE 's/^version = "(.*)"$/\1/p' common/pyproject.toml)
if [ -n "$tag" ] && [ "$tag" != "common-v$version" ]; then
    echo "The tag is $tag, but common/pyproject.toml says $version: set the version there, or tag common-v$version" >&2
    exit 1
fi

rm -rf dist
"$uv" build --quiet --package ticketing-common --no-build-isolation --python .venv/bin/python --out-dir dist
wheel=$PWD/dist/ticketing_common-$version-py3-none-any.whl

echo "== with what it declares: every module of it can be imported"
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

echo "== its suite, on the wheel and the locked dependencies"
"$uv" venv --quiet --python .venv/bin/python "$scratch/tested"
VIRTUAL_ENV=$scratch/tested "$uv" pip sync --quiet --require-hashes requirements.lock
VIRTUAL_ENV=$scratch/tested "$uv" pip install --quiet --no-deps --no-build-isolation "$wheel" \
    -e tests/support -e infra/local -e infra/operations -e infra/stripe-emulator -e orders -e payments
"$scratch/tested/bin/python" -m pytest -q common/tests
