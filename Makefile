# Two commands do it all: `make run` and `make test`. Python 3.11 or later with venv is assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Where it is set, hundreds of processes would each compile the same sources.
unexport PYTHONDONTWRITEBYTECODE

# Each file on one of two processes; in one, to debug: make test ARGS="-n 0 --pdb tests/dedupe".
PYTEST := $(BIN)/python -m pytest -n 2 --no-loadscope-reorder

.PHONY: help run test coverage lint types wheel-test clean
help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: $(VENV)/.runs  ## install and run Copydesk (without internet: its demo newsroom)
	@exec $(BIN)/copydesk run --demo-if-offline

test: $(VENV)/.tests  ## install what the tests need and run them all
	@$(BIN)/python -m deploy.testing
	$(PYTEST) $(ARGS)

coverage: $(VENV)/.tests  ## run them all once more, slowly, and say which lines none of them reached
	@$(BIN)/python -m deploy.testing
	$(PYTEST) --cov --cov-report=term:skip-covered $(ARGS)

lint: $(VENV)/.tests  ## style and the arrows between the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.tests  ## mypy, strict
	$(BIN)/mypy

wheel-test: $(VENV)/.tests  ## build the wheel, install it into a clean environment, use it there
	$(BIN)/python -m deploy.wheel

clean:  ## remove the environment and everything built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("Copydesk needs Python 3.11 or later; name one with PYTHON=..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.runs: $(VENV)/bin/pip pyproject.toml
	@echo "Installing Copydesk (once, about a minute or two)"
	$(BIN)/python -m pip install --quiet --editable .
	@$(BIN)/python -m dedupe.kernels
	@touch $@

$(VENV)/.tests: $(VENV)/.runs
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@
