# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin

# A folder of wheels beside the checkout is used when there is one (PyTorch's CPU build, say).
WHEELS := $(abspath $(firstword $(wildcard wheels ../shared/wheels)))
ifneq ($(WHEELS),)
export PIP_FIND_LINKS := $(strip $(PIP_FIND_LINKS) $(WHEELS))
endif

.DEFAULT_GOAL := help
.PHONY: help demo test test-quick serve train install-train lint docs lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.serve ## install the serving side (no torch), prepare the released model, answer real questions
	@$(BIN)/tuneserve demo

test: .venv/.test ## install what the tests need and run them all
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy
	@$(BIN)/python -m pytest

test-quick: .venv/.test ## the tests that take less than five seconds each
	@$(BIN)/python -m pytest -m "not slow"

serve: .venv/.serve ## the gateway on http://127.0.0.1:8000
	@$(BIN)/tuneserve prepare fit_query >/dev/null
	@$(BIN)/tuneserve serve

train: .venv/.train ## the whole pipeline for fit_query on the default recipe
	@$(BIN)/tuneserve run fit_query

install-train: .venv/.train ## install what training needs (PyTorch), nothing else

lint: .venv/.test ## ruff and mypy
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

docs: .venv/.serve ## write docs/cli.md and docs/settings.md anew from the code
	@$(BIN)/python docs/reference.py

lock: ## write requirements/*.txt anew from pyproject.toml
	@requirements/lock

clean: ## remove the virtual environment; artifacts/ stays
	rm -rf .venv

# What `test` installs holds all that `serve` and `train` need, so their stamps are made with it.
.venv/.serve: requirements/serve.txt requirements/install.py pyproject.toml
	@test -e .venv/.test -a .venv/.test -nt requirements/test.txt || $(PYTHON) requirements/install.py serve
	@touch $@

.venv/.train: requirements/train.txt requirements/install.py pyproject.toml
	@test -e .venv/.test -a .venv/.test -nt requirements/test.txt || $(PYTHON) requirements/install.py train
	@touch $@

.venv/.test: requirements/test.txt requirements/install.py pyproject.toml
	@$(PYTHON) requirements/install.py test
	@touch $@
