# Commands for contributors. Everything runs in .venv inside the checkout; nothing else on the machine changes.
PYTHON ?= python3.11
PY := .venv/bin/python
STAMP := .venv/.installed
DEMO := .venv/.demo-installed
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
RIVALS := .venv/.rivals-installed
MUTANTS := .venv/.mutants-installed
FUZZ := .venv/.schemathesis-installed
PICTURES := .venv/.pictures-installed
COMPILE = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --custom-compile-command "make lock" pyproject.toml
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE  # test workers and processes share what one of them has compiled
.PHONY: help setup demo test explore lint types imports check bench figures mutants fuzz pictures lock run clean

help:  ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP)  ## create .venv from the hash-pinned list (does nothing if it is up to date)
	@:

# The stamp is written last, so a failed or interrupted setup is repeated. A .venv without a working pip (its creation was
# interrupted, or its Python was removed) is created again.
define NEW_VENV
	@$(PY) -m pip --version >/dev/null 2>&1 || { \
	  python=$$(command -v $(PYTHON) || command -v python3) && $$python -c '$(NEW_ENOUGH)' || \
	    { echo "Greenroom needs Python 3.11 or newer: install it, or give its path with make PYTHON=/path/to/python"; exit 1; }; \
	  $$python -m venv --clear .venv; }
	@$(PY) -c '$(NEW_ENOUGH)' || { echo "Greenroom needs Python 3.11 or newer, and .venv was created with an older one: remove .venv"; exit 1; }
endef

$(STAMP): requirements/dev.txt
	$(NEW_VENV)
	@echo "Installing Greenroom's packages into .venv (now, and when requirements/dev.txt changes)"
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $(STAMP) $(DEMO)

# The demo needs a third of the packages, and compiles of them only what it imports.
$(DEMO): requirements/run.txt
	@echo "First start: making .venv in this folder. Nothing else on this machine changes."
	$(NEW_VENV)
	@echo "Installing $$(grep -c '==' requirements/run.txt) packages into .venv, which takes about a minute, once."
	@$(PIP_INSTALL) --no-compile -r requirements/run.txt
	@touch $(DEMO)
	@echo "Installed. Starting the demo; its address follows."

demo: $(DEMO)  ## run everything on this machine, without accounts or servers (KEEP=1 resumes the last demo, ZOOM=1 adds Zoom)
	@exec $(PY) -m sandbox $(if $(KEEP),--keep) $(if $(ZOOM),--zoom)

run: setup  ## run the bot with the settings in the environment
	@exec $(PY) -m bot run

test: setup  ## run all tests
	$(PY) -m pytest -q -n auto --dist worksteal

explore: setup  ## look for examples that break a property test, at random (TIMES=5 rounds, OF="tests/commands" for some)
	@for round in $$(seq $(or $(TIMES),1)); do \
	  $(PY) -m pytest -q -m hypothesis --hypothesis-profile explore -o faulthandler_timeout=0 -n auto --dist worksteal $(OF) \
	    || exit 1; \
	done

lint: setup  ## check the style
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup  ## check the types: mypy --strict
	$(PY) -m mypy

imports: setup  ## check the import contracts
	.venv/bin/lint-imports --no-logo

check: lint types imports test  ## run all checks of .ci/run

bench: $(RIVALS)  ## measure the figures of docs/measured.md
	$(PY) -m bench
	$(PY) -m bench.outbox
	$(PY) -m bench.kills
	$(PY) -m bench.batch
	$(PY) -m bench.own_pages
	$(PY) -m bench.gate
	$(PY) -m bench.zoom

$(RIVALS): requirements/bench.txt $(STAMP)
	@echo "Installing into .venv the job queues that the outbox is compared with"
	@$(PIP_INSTALL) -r requirements/bench.txt
	@touch $(RIVALS)

figures: setup  ## print figures of the code's structure, and the files and functions of each flow
	$(PY) -m tools.figures
	$(PY) -m tools.story

mutants: $(MUTANTS)  ## list code changes that no test detects (OF="gate team" for some groups; all take an hour)
	$(PY) -m tools.mutants $(OF)

$(MUTANTS): requirements/mutants.txt $(STAMP)
	@echo "Installing mutmut into .venv"
	@$(PIP_INSTALL) -r requirements/mutants.txt
	@touch $(MUTANTS)

fuzz: $(FUZZ)  ## send a stand-in requests generated from an OpenAPI document (SPEC=path, ZOOM=1 for Zoom, a few minutes)
	$(PY) -m tools.spec_check.generated $(SPEC) $(if $(ZOOM),--zoom)

$(FUZZ): requirements/schemathesis.txt $(STAMP)
	@echo "Installing schemathesis into .venv"
	@$(PIP_INSTALL) -r requirements/schemathesis.txt
	@touch $(FUZZ)

pictures: $(PICTURES)  ## take the pictures of docs/pictures in the sandbox (needs Chromium, takes a few minutes)
	$(PY) -m tools.pictures

$(PICTURES): requirements/pictures.txt $(STAMP)
	@echo "Installing Pillow into .venv"
	@$(PIP_INSTALL) -r requirements/pictures.txt
	@touch $(PICTURES)

lock: setup  ## update the hash-pinned lists from pyproject.toml
	$(COMPILE) -o requirements/run.txt
	$(COMPILE) --extra dev --extra sandbox -o requirements/dev.txt
	$(COMPILE) --extra bench -c requirements/dev.txt -o requirements/bench.txt
	$(COMPILE) --extra mutants -c requirements/dev.txt -o requirements/mutants.txt
	$(COMPILE) --extra schemathesis -c requirements/dev.txt -o requirements/schemathesis.txt
	$(COMPILE) --extra pictures -c requirements/dev.txt -o requirements/pictures.txt

clean:  ## delete the demo's state and the caches (keeps .venv)
	rm -rf .sandbox* .mypy_cache .ruff_cache .hypothesis .import_linter_cache greenroom.db*
