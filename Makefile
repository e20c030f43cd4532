# Two commands: `make demo` and `make test`. Both stand on `make setup`.

PYTHON ?= python3
VENV := .venv
ARGILLA := .argilla
BIN := $(VENV)/bin

.PHONY: setup demo test lint unit live bench lock clean

setup: $(VENV)/.ready $(ARGILLA)/.ready .cache/browser

# What a bare Debian lacks is installed where we may; elsewhere the error says what to install.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "Python 3.10 or later is needed: apt-get install python3"; exit 1; }
	@./.ci/venv "$(PYTHON)" $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check --quiet
	@touch $@

$(ARGILLA)/.ready: demo/argilla-server.lock
	@./.ci/venv "$(PYTHON)" $(ARGILLA)
	$(ARGILLA)/bin/python -m pip install --quiet --no-deps --require-hashes --only-binary :all: -r $<
	$(ARGILLA)/bin/python -m pip check --quiet
	@touch $@

# The browser tests need Debian's chromium; without it they say why they did not run.
.cache/browser:
	@./.ci/browser
	@mkdir -p .cache && touch $@

demo: setup
	$(BIN)/python -m demo $(ARGS)

# The environments are built side by side; the unit tests take both cores, the live ones their time.
test:
	@$(MAKE) --no-print-directory --jobs 2 setup
	@$(MAKE) --no-print-directory lint unit live

lint: setup
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 -m "not live and not browser" $(ARGS)

live: setup
	$(BIN)/pytest -m "live or browser" $(ARGS)

bench: setup
	$(BIN)/python -m benchmarks $(ARGS)

# Renews both lock files from what pyproject.toml and demo/argilla-server.in ask for.
lock: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.10 \
		--generate-hashes --no-annotate --no-header --quiet -o requirements.lock
	$(BIN)/uv pip compile demo/argilla-server.in --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --quiet -o demo/argilla-server.lock
	$(BIN)/uv pip compile pyproject.toml -c requirements.lock --universal --python-version 3.10 \
		--generate-hashes --no-annotate --no-header --quiet -o deploy/requirements.lock

clean:
	rm -rf $(VENV) $(ARGILLA) .cache .demo build *.egg-info
