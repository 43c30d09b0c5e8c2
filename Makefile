# ipywanx. Two commands are enough to begin: `make lab` to use it, `make test` to work on it.
# Both set up everything they need in .venv and do so again only when pyproject.toml changes.

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input # errors only
# In containers people are root: pip should not complain, and JupyterLab should start.
AS_ROOT := $(filter 0,$(shell id -u))
PIP_INSTALL := $(PIP) install $(if $(AS_ROOT),--root-user-action=ignore)
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help lab test test-slow test-all check docs format notebooks pictures reference binder-lock bench-binder bench-clicks bench-effects bench-ink bench-mask bench-studio bench-sweep bench-wait clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(READY)-lab ## open JupyterLab on the first tutorial (on a server: make lab ARGS=--no-browser)
	@$(BIN)/python -m jupyterlab --ServerApp.root_dir="$(CURDIR)" \
	  --LabApp.default_url=/lab/tree/notebooks/01_first_edit.ipynb $(if $(AS_ROOT),--allow-root) $(ARGS)

test: $(READY)-browser check ## check and test everything but the slow tests (one of them: make test ARGS="-k name")
	@$(PYTEST) -m "not slow" $(ARGS)

test-slow: $(READY)-browser ## run the slow tests alone
	@$(BIN)/python -m pytest -m slow --collect-only -q >/dev/null 2>&1; \
	if [ $$? -eq 5 ]; then echo "There are no slow tests."; else $(PYTEST) -m slow $(ARGS); fi

test-all: $(READY)-browser check ## check and test everything
	@$(PYTEST) $(ARGS)

notebooks: $(READY)-dev ## build the tutorials from notebooks/source, and run each one in both languages
	@$(BIN)/python scripts/notebooks.py
	@$(PYTEST) tests/test_notebooks.py $(ARGS)

pictures: $(READY)-browser ## make the pictures of the READMEs, screenshots of JupyterLab too (4 minutes)
	@$(BIN)/python -m scripts.pictures

reference: $(READY)-dev ## write the reference pages from the declarations, in both languages
	@$(BIN)/python -m scripts.reference

docs: $(READY)-dev ## write all pages, and the tutorials with their pictures, as a site to artifacts/docs
	@rm -rf artifacts/docs
	@$(BIN)/python scripts/website.py artifacts/docs

binder-lock: $(READY)-dev ## pin all that Binder installs to the newest versions that go together
	@$(BIN)/python scripts/binder.py

check: $(READY)-dev ## look for faults without running anything
	@$(BIN)/python -m ruff check --quiet
	@$(BIN)/python -m ruff format --check --quiet || { echo "Not formatted: run \`make format\`."; exit 1; }
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/notebooks.py --check
	@$(BIN)/python -m scripts.reference --check

format: $(READY)-dev ## put the code in its standard layout
	@$(BIN)/python -m ruff check --quiet --fix --exit-zero
	@$(BIN)/python -m ruff format

bench-binder: $(READY)-browser ## measure Binder's environment and cold start, beside plain JupyterLab (5 to 10 minutes)
	@$(BIN)/python scripts/bench_binder.py

bench-clicks: $(READY)-browser ## count the clicks and turns of the wheel that common tasks take
	@$(BIN)/python scripts/bench_clicks.py

bench-effects: $(READY)-dev ## time and memory of each offline effect at 1024², super-resolution beside Lanczos
	@$(BIN)/python scripts/bench_effects.py

bench-ink: $(READY)-browser ## measure how long ink takes in the mask editor, beside plain ipycanvas
	@$(BIN)/python scripts/bench_ink.py

bench-mask: $(READY)-dev ## measure drawing, encoding and undo of a 4096 x 4096 mask
	@$(BIN)/python scripts/bench_mask.py

bench-studio: $(READY)-browser ## measure the studio's first paint, its typing, and a gallery of 200
	@$(BIN)/python scripts/bench_studio.py

bench-sweep: $(READY)-dev ## measure an experiment of 200 beside the official SDK, a huge plan, a big sheet (4 minutes)
	@$(BIN)/python scripts/bench_sweep.py

bench-wait: $(READY)-dev ## measure waiting against the official SDK, on a faster clock (9 minutes)
	@$(BIN)/python scripts/bench_wait.py

clean: ## remove everything that make and the tests have made, .venv too
	rm -rf $(VENV) artifacts dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests scripts notebooks -name __pycache__ -prune -exec rm -rf {} +

# ---- setting up -------------------------------------------------------------------------------

# A folder .venv that works is kept: it may have been made by hand or by another tool.
$(READY)-python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no '$(PYTHON)' here: install Python 3.11 or newer, or say where it is: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "ipywanx needs Python 3.11 or newer and '$(PYTHON)' is $$($(PYTHON) -V 2>&1): say which one to use: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' comes without venv or ensurepip (on Debian and Ubuntu: apt-get install python3-venv)."; exit 1; }
	@echo "Preparing $(VENV) ..."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP_INSTALL) --upgrade "pip>=25.1"
	@touch $@

$(READY)-lab: $(READY)-python pyproject.toml
	@echo "Installing ipywanx and JupyterLab (a minute or two the first time) ..."
	@$(PIP_INSTALL) --editable . --group lab
	@touch $@

$(READY)-dev: $(READY)-python pyproject.toml
	@echo "Installing ipywanx and what its tests need (a minute or two the first time) ..."
	@$(PIP_INSTALL) --editable . --group dev
	@touch $@ $(READY)-lab

$(READY)-browser: $(READY)-dev scripts/chromium.py
	@$(BIN)/python scripts/chromium.py --install >/dev/null
	@touch $@
