# The only door to everything that is done with this project; `make help` lists it.
PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
DATA   ?= .data
NODE_STAMP := tests/e2e/node/node_modules/.package-lock.json
CONSOLE_STAMP := console/node_modules/.package-lock.json
BENCH_STAMP := bench/smtp/node_modules/.package-lock.json

# Each system has a cache of its own, else each run would make all of them anew.
CHECK_TYPES = $(BIN)/mypy && for system in darwin win32; do \
	  $(BIN)/mypy --platform $$system --cache-dir .mypy_cache/$$system src || exit 1; done

.DEFAULT_GOAL := help
.PHONY: help run test setup debian lint format types gen console lock envoy bench-startup bench-smtp bench-store bench-kept-tests bench-rpc bench-shortcuts bench-overviews bench-cancel bench-console attack chaos clean fuzz protos-release clients schemathesis FORCE transcoder console-shots

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What tests need includes what the service needs, so that an environment of theirs is left as it is.
run: ## Start the service with its sandbox on embedded defaults
	@tools/environment.sh "$(PYTHON)" $(VENV) requirements/runtime.txt .runtime .installed:requirements/dev.txt
	@MAILPROOF_EGRESS_PROFILE=$${MAILPROOF_EGRESS_PROFILE-development} $(BIN)/mailproof serve --data-dir $(DATA) --sandbox

test: setup debian ## Check and test everything
	@$(BIN)/python tools/wheel_test.py

setup: $(STAMP) $(NODE_STAMP) $(CONSOLE_STAMP) ## Install all that tests and tools need

# Makes or mends the virtual environment; takes a moment where it is whole. The stamps change only where it was not.
$(STAMP): FORCE
	@tools/environment.sh "$(PYTHON)" $(VENV) requirements/dev.txt $(notdir $@)

FORCE:

$(NODE_STAMP): tests/e2e/node/package-lock.json $(STAMP)
	$(BIN)/python tools/npm.py --prefix tests/e2e/node ci --no-audit --no-fund --silent
	@touch $@

$(CONSOLE_STAMP): console/package-lock.json $(STAMP)
	$(BIN)/python tools/npm.py --prefix console ci --no-audit --no-fund --loglevel=error
	@touch $@

debian: ## Install what only Debian's packages have, where that is allowed
	@tools/debian.sh $$(grep -v '^#' debian-packages.txt) || true

lint: setup ## Lint the code and the protos
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/python tools/protos.py lint

format: setup ## Format the code and the console
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/python tools/console.py format

types: setup ## Check the types, and that nothing is named which another system's Python has not
	$(CHECK_TYPES)

FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= wire dialogue codec framing sanitize refusals

# What a run finds new stays in .fuzz/; what is worth keeping goes to tests/fuzz/corpus under a name that says what it does.
fuzz: setup ## Fuzz what reads a stranger's bytes, FUZZ_SECONDS each; a slow input is a finding
	@mkdir -p $(FUZZ_TARGETS:%=.fuzz/%)
	@for target in $(FUZZ_TARGETS); do \
	  PYTHONPATH=tests $(BIN)/python -m fuzz $$target -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -dict=tests/fuzz/smtp.dict \
	    -artifact_prefix=.fuzz/$$target- .fuzz/$$target tests/fuzz/corpus/$$target || exit 1; \
	done

SCHEMATHESIS_EXAMPLES ?= 50

schemathesis: setup ## Let schemathesis call a service by its OpenAPI document, SCHEMATHESIS_EXAMPLES requests a call
	MAILPROOF_SCHEMATHESIS_EXAMPLES=$(SCHEMATHESIS_EXAMPLES) $(BIN)/pytest -s --timeout 5400 tests/e2e/test_openapi_fuzz.py

gen: setup ## Generate gen/ and the OpenAPI document from proto/
	$(BIN)/python tools/protos.py generate

console: setup ## Build the web console from its sources, with the client that proto/ makes
	$(BIN)/python tools/console.py generate && $(BIN)/python tools/console.py build

protos-release: setup ## Make today's protos the ones that may not be broken
	$(BIN)/python tools/protos.py release

lock: ## Renew the lock files
	$(BIN)/python tools/lock.py

clients: setup ## Call every RPC with every client, directly and through Envoy; write docs/clients.md
	@PYTHONPATH=tests MAILPROOF_TEST_COMMAND=$(abspath $(BIN))/mailproof $(BIN)/python -m client_support $(CLIENTS)

transcoder: setup ## Ask our REST gateway and grpc-web, and Envoy's translators, the same; show what differs
	@$(BIN)/python -m pytest -q -s tests/e2e/test_transcoder.py

envoy: $(STAMP) ## Put one port in front of a running service (envoy.yaml)
	@$(BIN)/envoy -c envoy.yaml --log-level warning

bench-startup: setup ## Measure start-up: time, memory, and the CPU of --help
	$(BIN)/python bench/startup.py

$(BENCH_STAMP): bench/smtp/package-lock.json $(STAMP)
	$(BIN)/python tools/npm.py --prefix bench/smtp ci --no-audit --no-fund --silent
	@touch $@

bench-smtp: setup $(BENCH_STAMP) ## Measure the probe: round trips, CPU beside other clients, tarpits
	$(BIN)/python bench/smtp_bench.py

bench-store: setup ## Measure the SQLite store: group commit, long lists, memory, rebuilding
	$(BIN)/python bench/store_bench.py

bench-kept-tests: setup ## Measure kept tests: octets on disk, lists and keeps (TESTS=1000000), and what a test call pays
	PYTHONPATH=tests $(BIN)/python bench/kept_tests_bench.py $(TESTS)

bench-overviews: setup ## Measure the list of 1,000 configurations with their tests
	$(BIN)/python bench/overviews_bench.py

bench-rpc: setup ## Measure the server's CPU per call beside a bare echo
	$(BIN)/python bench/rpc_bench.py

bench-cancel: setup ## Measure how soon everything is free that a caller who hangs up was using (ROUNDS=30)
	PYTHONPATH=tests $(BIN)/python bench/cancel_bench.py $(ROUNDS)

bench-console: setup debian ## Measure the web console in a browser: first load, a long list, a step on screen, cancel (ROUNDS=10)
	PYTHONPATH=tests:. $(BIN)/python -m bench.console_bench $(ROUNDS)

bench-shortcuts: setup ## Measure what each piece of code that is written for speed saves
	$(BIN)/python bench/shortcuts_bench.py

ATTACKS ?= all

attack: setup ## Attack a running service, ATTACKS by name or all of them: what each costs it, and who is still served
	@PYTHONPATH=tests $(BIN)/python -m bench.attack $(ATTACKS)

console-shots: setup ## Take pictures of each screen of the web console into docs/console (SCREENS="history events"; SCREENS=all into build/)
	@PYTHONPATH=tests MAILPROOF_TEST_COMMAND=$(abspath $(BIN))/mailproof $(BIN)/python -m console_support.shots $(SCREENS)

CHAOS_ROUNDS ?= 50

chaos: setup ## Kill the service, backups and restores under load CHAOS_ROUNDS times; full disks, wrong keys, damaged files
	MAILPROOF_CHAOS_ROUNDS=$(CHAOS_ROUNDS) $(BIN)/pytest -s --timeout 1200 tests/e2e/test_kill_serve.py tests/e2e/test_backup.py tests/e2e/test_kill_store.py tests/e2e/test_store_faults.py

clean: ## Remove what can be made again; data stays
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/e2e/node/node_modules console/node_modules bench/smtp/node_modules
