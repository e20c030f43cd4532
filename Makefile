# Two commands: `make demo` and `make test`. Both begin with `make setup`.

PYTHON ?= python3
VENV := .venv
ARGILLA := .argilla
DOCS := .docs
BIN := $(VENV)/bin

# The oldest server release that is supported; the newest is the demo's own.
OLDEST := 2.5.0

# Most tests that start a Python process wait for its imports: what was compiled once is kept, also where the
# environment forbids it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test lint unit live compat bench mutants docs rooms lock clean

setup: $(VENV)/.ready $(ARGILLA)/.ready .cache/redis .cache/browser

# Every file is installed as the lock names it, none is built, and pip is the one that Python brings.
# What a bare Debian lacks is installed where we may; elsewhere the error says what to install.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "Python 3.10 to 3.13 is needed: apt-get install python3"; exit 1; }
	@$(PYTHON) .ci/environment.py 1/4 $(VENV) requirements.lock --install .
	@touch $@

$(ARGILLA)/.ready: demo/argilla-server.lock
	@$(PYTHON) .ci/environment.py 2/4 $(ARGILLA) $<
	@touch $@

.cache/redis: $(VENV)/.ready
	@./.ci/redis 3/4 $(BIN)/python
	@mkdir -p .cache && touch $@

.cache/tls:
	@./.ci/tls tests
	@mkdir -p .cache && touch $@

# The browser tests need Debian's chromium; without it they say why they did not run.
.cache/browser:
	@./.ci/browser 4/4
	@mkdir -p .cache && touch $@

$(ARGILLA)-%/.ready: demo/argilla-server.lock demo/argilla-server-%.lock
	@$(PYTHON) .ci/environment.py "Argilla $*" $(@D) $^
	@touch $@

demo: setup
	$(BIN)/python -m demo $(ARGS)

# What needs no Argilla does not wait for one to be installed, and types are checked beside the tests. Live
# tests wait more than they work: three files at a time, on two cores.
test:
	@$(MAKE) --no-print-directory --jobs 3 lint unit setup
	@$(MAKE) --no-print-directory live

lint: $(VENV)/.ready
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit: $(VENV)/.ready .cache/redis .cache/tls
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist worksteal --ignore tests/live -m "not live and not browser" $(ARGS)

live: setup
	$(BIN)/pytest -vv --numprocesses 3 --dist loadfile --no-loadscope-reorder -m "live or browser" $(or $(ARGS),tests/live)

# The live path on the oldest and the newest release of Argilla's server. Not a part of `make test`.
compat: setup $(ARGILLA)-$(OLDEST)/.ready
	@for argilla in $(ARGILLA)-$(OLDEST) $(ARGILLA); do \
		DISTILL_ARGILLA_PYTHON="$(CURDIR)/$$argilla/bin/python" \
			$(BIN)/pytest -vv --numprocesses 2 --dist loadfile --no-loadscope-reorder -m "live or browser" $(or $(ARGS),tests/live) || exit 1; \
	done

# Changes, a little at a time, what must not go wrong unseen, and counts what no test notices. For hours
# it wants both cores; `make mutants ARGS="lease webhook"` takes rooms by name. Not a part of `make test`.
mutants: setup
	$(BIN)/python .ci/mutants.py $(ARGS)

bench: setup
	$(BIN)/python -m benchmarks $(or $(ARGS),all)

# The documentation as a site, every link of it checked, in build/docs. Not a part of `make test`.
docs: $(DOCS)/.ready
	$(DOCS)/bin/python .ci/docs.py build/docs

$(DOCS)/.ready: docs/requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "The site is built with Python 3.11 to 3.13: make docs PYTHON=…"; exit 1; }
	@$(PYTHON) .ci/environment.py docs $(DOCS) $<
	@touch $@

# The rooms and the arrows between them, drawn from the imports.
rooms: $(VENV)/.ready
	$(BIN)/python .ci/rooms.py $(ARGS)

# Renews all lock files from what pyproject.toml and demo/argilla-server.in ask for.
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.10 \
	--generate-hashes --no-annotate --no-header --quiet
lock: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --only-binary :all: -r .ci/uv.lock
	$(COMPILE) pyproject.toml --extra dev -o requirements.lock
	$(COMPILE) pyproject.toml -c requirements.lock -o deploy/requirements.lock
	echo setuptools | $(COMPILE) - -c requirements.lock -o deploy/build.lock
	$(COMPILE) demo/argilla-server.in -o demo/argilla-server.lock
	echo uv | $(COMPILE) - -o .ci/uv.lock
	echo zensical | $(subst 3.10,3.11,$(COMPILE)) - -o docs/requirements.lock

clean:
	rm -rf $(VENV) $(ARGILLA) $(ARGILLA)-* $(DOCS) .cache .demo build *.egg-info
