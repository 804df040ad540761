# Bell Lap: `make demo` to see it, `make test` to trust it, `make help` for the rest.
# Needs Python 3.11 or later, make and git; everything else goes into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
# What is meant for people: spelling is checked here.
WRITTEN := $(wildcard tracker projections schema web tests docs benchmarks *.md)
SPREAD := --numprocesses auto --maxprocesses 4 --dist worksteal
WEB_TESTS := $(wildcard web/tests/*.test.js)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup check test unit bench demo run docs wheel pins clean

help: ## List the targets.
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: $(STAMP) ## Make .venv with everything in it, at the pinned versions.

# The first Python that is new enough and whole: Debian ships one that cannot make environments.
$(STAMP): pyproject.toml constraints.txt hatch_build.py tracker/live/_write_all.c
	@if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  for found in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    $$found -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	      >/dev/null 2>&1 && break; \
	    found=; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "make: Bell Lap needs Python 3.11 or later with venv, and found none." >&2; \
	    echo "make: On Debian or Ubuntu: apt-get install python3 python3-venv" >&2; \
	    echo "make: Or name one: make setup PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$($$found --version)"; \
	  $$found -m venv --clear $(VENV) || exit 1; \
	fi
	$(BIN)/python -m pip install --quiet --constraint constraints.txt editables hatchling setuptools
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation \
	  --editable '.[dev,peers]'
	@touch $@

check: setup ## Lint, types, import contracts, spelling, documentation, the page's modules.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell $(WRITTEN)
	$(BIN)/pytest -q tests/test_documentation.py
	@if ! command -v node >/dev/null; then \
	  echo "Node.js is missing: the tests of the page's modules are left out."; \
	elif [ -n "$(WEB_TESTS)" ]; then \
	  node --test $(WEB_TESTS); \
	fi

test: setup ## Run every test; ARGS go to pytest.
	@if [ -n "$(BROWSER)" ] || $(BIN)/python -m tests.support.chromium 2>/dev/null; then \
	  $(BIN)/pytest $(SPREAD) $(ARGS); \
	else \
	  echo "Chromium is missing: the tests marked 'browser' are left out."; \
	  $(BIN)/pytest $(SPREAD) -m 'not browser' $(ARGS); \
	fi

unit: setup ## Run the tests that need no database.
	$(BIN)/pytest -m unit $(ARGS)

bench: setup ## Measure: appending, lag, a key's way, a thousand viewers, rebuilding.
	$(BIN)/python -m benchmarks.append $(ARGS)
	$(BIN)/python -m benchmarks.append_http $(ARGS)
	$(BIN)/python -m benchmarks.lag $(ARGS)
	@if $(BIN)/python -m tests.support.chromium 2>/dev/null; then \
	  $(BIN)/python -m benchmarks.console $(ARGS); \
	else \
	  echo "Chromium is missing: benchmarks.console is left out."; \
	fi
	$(BIN)/python -m benchmarks.what_if $(filter --quick,$(ARGS))
	$(BIN)/python -m benchmarks.fan_out $(filter --quick,$(ARGS))
	$(BIN)/python -m benchmarks.rebuild_live $(ARGS)
	$(BIN)/python -m benchmarks.rebuild $(ARGS)

demo: setup ## Skate the Dresden weekend; ARGS="--speed 200 --exit" for scripts.
	$(BIN)/bell-lap demo $(ARGS)

run: setup ## Serve; ARGS="--data DIR --port N".
	$(BIN)/bell-lap serve $(ARGS)

docs: setup ## Write the pages that are made from the code.
	$(BIN)/python docs/generate.py

wheel: setup ## Build dist/*.whl.
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

pins: setup ## Write constraints.txt from what .venv holds.
	@{ sed -n '/^#/p' constraints.txt; \
	  $(BIN)/python -m pip freeze --all --exclude pip --exclude-editable | LC_ALL=C sort -f; } > constraints.tmp
	@mv constraints.tmp constraints.txt

clean: ## Remove .venv, builds and caches; data stays.
	rm -rf $(VENV) build dist htmlcov .coverage .hypothesis
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
