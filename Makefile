# One verb per need. Every verb sets up what it needs: Python 3.11, make and git are enough.
PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -q
PYTEST := $(PY) -m pytest -m "not slow"
export PYTHONUTF8 = 1

.PHONY: help demo test test-edge test-others lint bench accuracy peers lock clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.lock requirements-build.lock pyproject.toml $(VENV)/.made
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) install --no-deps --require-hashes -r requirements-build.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run  ## a trading day of the shipped bakery: counts, reconciliation, report.html
	$(PY) -m edge demo $(DEMO)

test: $(VENV)/.dev lint  ## the whole suite, with linters and types; TEST=tests/cli for a part of it
ifdef TEST
	$(PYTEST) $(TEST)
else
	@$(MAKE) --no-print-directory --output-sync=target -j2 test-edge test-others
	$(PY) -m coverage combine -q .coverage.edge .coverage.others
	$(PY) -m coverage report --fail-under=100 --include='inventory_core/*' --omit='inventory_core/store/*'
endif

# Two halves side by side: most tests wait for processes of their own; what each says comes when it has ended.
EDGE := tests/edge tests/browser tests/blackbox tests/contracts tests/house
test-edge: $(VENV)/.dev
	COVERAGE_FILE=.coverage.edge $(PYTEST) --cov=inventory_core --cov-branch --cov-report= $(EDGE)
test-others: $(VENV)/.dev
	COVERAGE_FILE=.coverage.others $(PYTEST) --cov=inventory_core --cov-branch --cov-report= $(EDGE:%=--ignore=%)

lint: $(VENV)/.dev  ## ruff, mypy strict, import contracts
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-cache

bench: $(VENV)/.dev  ## accuracy, speed and ledger tables (real sets are read from DATA, default ../shared/data)
	$(PY) -m scripts.bench_all $(BENCH)

accuracy: $(VENV)/.dev  ## docs/accuracy.md: ours beside the peers on the labelled sets in DATA (about ten minutes)
	$(PY) -m scripts.accuracy_page $(if $(DATA),--data $(DATA)) $(ACCURACY)

peers:  ## the environment of the programs that the tables compare with (about 6 GB)
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check -q install -r requirements-peers.txt

lock:  ## write the hash-locked requirements anew (wants `uv`)
	uv pip compile pyproject.toml --extra mqtt --generate-hashes --universal --python-version 3.11 -q -o requirements.lock
	uv pip compile requirements-build.in --generate-hashes --universal --python-version 3.11 -q -o requirements-build.lock
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 -q -o requirements-dev.lock

clean:
	rm -rf $(VENV) .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis demo-out
