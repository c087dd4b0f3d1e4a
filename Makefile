# The only door: people and CI call the same verbs. Each does its own set-up.
#
#   make run     start everything and print its URL; Ctrl-C stops it
#                PORT=8080  STATE_DIR=.local  REPLICAS="orders=3 tickets=2"
#   make test    the whole suite, three tests at a time   ARGS="-k expiry" goes to pytest, WORKERS=4 if you have the cores
#   make test-faults     kills, crashes, outages, invalid messages and races, with people buying; some 15 minutes
#   make test-long   a thousand random lives of the market, some minutes    LIVES=1000  SEED=…
#   make test-browser    the web client's stories alone, in a real Chromium
#   make test-stripe STRIPE_KEY=sk_test_…   what we rely on of Stripe, on Stripe itself instead of the emulator
#   make lint    ruff, mypy, the import contracts; ESLint, tsc and the drift of the client's types
#   make fmt     format, and fix what can be fixed
#   make bench   what a request costs, in CPU time
#   make screenshots   the README's pictures
#   make lighthouse    the scores of the landing page and of a ticket page; on a machine that does nothing else
#   make images  every image, for Docker or Minikube   TAG=dev  REGISTRY=  TARGET=runtime  ONLY="auth client"
#   make test-images  the whole stack from those images, in Docker, as infra/k8s describes it
#   make manifests   what deploys it: schemas, rules, and what schemas cannot see
#   make wheel   ticketing-common as a package, tested as it will be installed    TAG=common-v1.2.3
#   make lock    newest releases of all dependencies, pinned with hashes

PYTHON ?= python3
VENV := .venv
# Tests side by side, one more than two cores have room for: much of a test is waiting. conftest.py deals them out.
WORKERS ?= 3
BIN := $(VENV)/bin
SETUP := $(VENV)/.set-up

CLIENT_PACKAGES := client/node_modules/.set-up
CLIENT := client/.next/.built
# Folders count too: a file that goes away changes its folder. What ends in a bracket make would take for an archive.
CLIENT_SOURCES := $(shell find client/src client/scripts/assemble.mjs ! -name '(*)') $(addprefix client/,package.json next.config.ts postcss.config.mjs tsconfig.json)

MANIFEST_TOOLS := $(VENV)/manifests/.set-up

SERVICES := auth tickets orders payments expiration
MEMBERS := common $(SERVICES) infra/local infra/operations infra/stripe-emulator tests/support

EXPORT := $(BIN)/uv export --quiet --no-emit-workspace --no-annotate --no-header

.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run test test-browser test-faults test-images test-long test-stripe lint fmt lock bench images manifests screenshots lighthouse client set-up wheel

run: $(SETUP) $(CLIENT)
	@exec $(BIN)/ticketing up

test: $(SETUP) $(CLIENT)
	cd client && npm test --silent
	$(BIN)/pytest -n $(WORKERS) $(ARGS)

test-browser: $(SETUP) $(CLIENT)
	$(BIN)/pytest tests/browser $(ARGS)

# Three files at a time, each with a stack of its own: most of it is waiting. The longest wait comes first.
test-faults: $(SETUP) $(CLIENT)
	$(BIN)/pytest -v -n 3 --dist loadfile --no-loadscope-reorder --rounds 100 tests/faults tests/races $(ARGS)

# New lives each time. The seed is told first: with it, and as many lives, the same ones are lived again.
LIVES ?= 1000
SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
test-long: SEED := $(SEED)
test-long: $(SETUP)
	@echo "the lives of SEED=$(SEED) LIVES=$(LIVES)"
	LIVES=$(LIVES) $(BIN)/pytest tests/model -k test_every_life --hypothesis-profile=long --hypothesis-seed=$(SEED) $(ARGS)

test-images: $(SETUP)
	@$(BIN)/pytest tests/images $(ARGS)

test-stripe: $(SETUP)
	@case "$(STRIPE_KEY)" in sk_test_*|rk_test_*) ;; *) \
	    echo "Give a test key of Stripe: make test-stripe STRIPE_KEY=sk_test_…" >&2; exit 2;; esac
	@STRIPE_CONTRACT_KEY="$(STRIPE_KEY)" $(BIN)/pytest infra/stripe-emulator/tests/test_contract.py

bench: $(SETUP)
	@$(BIN)/ticketing bench

lint: $(SETUP) $(CLIENT_PACKAGES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	cd infra/stripe-emulator && ../../$(BIN)/mypy --config-file ../../pyproject.toml tests
	$(BIN)/lint-imports
	$(BIN)/python client/scripts/export_openapi.py --check
	cd client && npm run --silent check

fmt: $(SETUP) $(CLIENT_PACKAGES)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd client && npm run --silent format

# The pictures of the README, taken from a stack of its own.
screenshots: $(SETUP) $(CLIENT)
	$(BIN)/python client/scripts/screenshots.py

# What the script takes comes from the command line or the environment; it needs Docker and nothing else.
images:
	@infra/images/build

# The tools have locks of their own: checkov holds many libraries to old releases.
manifests: $(SETUP) $(MANIFEST_TOOLS)
	@infra/manifests/check
	$(BIN)/pytest -q infra/manifests

lighthouse: $(SETUP) $(CLIENT)
	@$(BIN)/python client/scripts/lighthouse.py

# Each lock is made aside and moved, so that a failure leaves the old one.
lock: $(SETUP)
	$(BIN)/uv lock --upgrade
	@$(EXPORT) --all-groups > $(VENV)/lock && mv $(VENV)/lock requirements.lock
	@for service in $(SERVICES); do \
	    echo "$$service/requirements.lock"; \
	    $(EXPORT) --package ticketing-$$service --no-dev > $(VENV)/lock && mv $(VENV)/lock $$service/requirements.lock || exit 1; \
	done
	@$(EXPORT) --package stripe-emulator --no-dev > $(VENV)/lock && mv $(VENV)/lock infra/stripe-emulator/requirements.lock
	@cd infra/manifests && ../../$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header requirements.in > ../../$(VENV)/lock && mv ../../$(VENV)/lock requirements.lock

# The package of what the services share, built into dist/ and tested as others will install it.
wheel: $(SETUP)
	@infra/release/wheel.sh

set-up: $(SETUP) $(CLIENT)

client: $(CLIENT)

# The stamp comes last: a set-up that was interrupted starts again, and keeps what is whole.
$(SETUP): requirements.lock $(MEMBERS:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed; '$(PYTHON)' is not. Install it, or name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@rm -f $@
	@$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
	    echo "set-up 1/4  the virtual environment, in $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "set-up 2/4  uv, at the version in requirements.lock"
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@echo "set-up 3/4  the dependencies, each checked against its hash (some 250 MB the first time)"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --require-hashes requirements.lock
	@echo "set-up 4/4  the members of this workspace"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(MEMBERS:%=-e ./%)
	@touch $@

$(MANIFEST_TOOLS): $(SETUP) infra/manifests/requirements.lock infra/manifests/package-lock.json
	@echo "set-up      the tools that check manifests (some 400 MB on the disk)"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)/manifests
	@VIRTUAL_ENV=$(VENV)/manifests $(BIN)/uv pip sync --quiet --require-hashes infra/manifests/requirements.lock
	@cd infra/manifests && npm ci --silent
	@touch $@

$(CLIENT_PACKAGES): client/package-lock.json client/.npmrc
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { \
	    echo "Node 20 or newer is needed for the client: install it from https://nodejs.org" >&2; exit 1; }
	@echo "set-up      the client's packages (some 600 MB on the disk)"
	@cd client && npm ci --silent
	@touch $@

$(CLIENT): $(CLIENT_PACKAGES) $(CLIENT_SOURCES)
	@echo "set-up      the web client, built with Next.js (about half a minute)"
	@mkdir -p client/.next
	@cd client && NEXT_TELEMETRY_DISABLED=1 npm run --silent build > .next/build.log 2>&1 || { \
	    cat .next/build.log >&2; echo "The web client could not be built: mend what stands above" >&2; exit 1; }
	@touch $@
