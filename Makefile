# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin

# A folder of wheels beside the checkout is used when there is one (PyTorch's CPU build, say).
WHEELS := $(abspath $(firstword $(wildcard wheels ../shared/wheels)))
ifneq ($(WHEELS),)
export PIP_FIND_LINKS := $(strip $(PIP_FIND_LINKS) $(WHEELS))
endif

.DEFAULT_GOAL := help
.PHONY: fuzz soak faults up secrets compose-test sbom audit help demo test test-quick serve train bench install-train lint docs lock clean

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

bench: .venv/.serve ## measure serving on this machine and write docs/benchmarks.md; PARTS="gateway rules", QUICK=1
	@$(BIN)/python -m serving.bench $(PARTS) $(if $(QUICK),--quick)

fuzz: .venv/.test ## 100,000 damaged requests and model texts; COUNT=1000, SEED=7 repeats a run
	@$(BIN)/python -m tests.load.fuzz $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

soak: .venv/.test ## a gateway under steady load for an hour, and how its memory grows; MINUTES=10
	@$(BIN)/tuneserve prepare fit_query >/dev/null
	@$(BIN)/python -m tests.load.soak $(if $(MINUTES),--minutes $(MINUTES))

faults: .venv/.test ## break what the gateway rests on, one after the other, and write docs/faults.md
	@$(BIN)/python -m tests.load.faults

install-train: .venv/.train ## install what training needs (PyTorch), nothing else

up: ## the whole stack with Docker: checks what it needs, starts it, waits until it is ready, says where it is
	@compose/check
	@docker compose up --detach --wait
	@docker compose run --rm init show

secrets: ## make the stack's passwords (the first start does it too) and say where Grafana is
	@docker compose build --quiet gateway
	@docker compose run --rm init
	@docker compose run --rm init show

compose-test: .venv/.test ## the whole stack offline, on an engine of its own: answers, outages, crashes, upgrade, restore
	@$(BIN)/python -m tests.compose

lint: .venv/.test ## ruff and mypy
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

docs: .venv/.serve ## write docs/cli.md and docs/settings.md anew from the code
	@$(BIN)/python docs/reference.py

sbom: .venv/.audit ## list every package of the locks: artifacts/sbom/{serve,train}.cdx.json (CycloneDX)
	@mkdir -p artifacts/sbom
	@for lock in serve train; do PYTHONPATH=.venv/audit $(BIN)/python -W ignore -m cyclonedx_py requirements requirements/$$lock.txt \
	  --pyproject pyproject.toml --output-reproducible --of JSON -o artifacts/sbom/$$lock.cdx.json && \
	  echo "artifacts/sbom/$$lock.cdx.json" || exit 1; done

audit: .venv/.audit ## ask PyPI whether a weakness is known of any package of the locks (needs the internet)
	@for lock in serve train; do PYTHONPATH=.venv/audit $(BIN)/python -m pip_audit --strict --disable-pip --require-hashes \
	  -r requirements/$$lock.txt || exit 1; done

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

# The tools that look at the locks stay out of the environment that they look at.
.venv/.audit: requirements/audit.txt .venv/.serve
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes --upgrade \
	  --target .venv/audit -r requirements/audit.txt
	@touch $@
