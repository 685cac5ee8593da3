# The contributor's menu. Everything runs in .venv inside the checkout; nothing else is touched.
PYTHON ?= python3.11
PY := .venv/bin/python
STAMP := .venv/.installed
RIVALS := .venv/.rivals-installed
MUTANTS := .venv/.mutants-installed
COMPILE = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --custom-compile-command "make lock" pyproject.toml
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types imports check bench figures mutants lock run clean

help:  ## show this menu
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP)  ## make .venv from the hash-pinned list (does nothing when nothing changed)
	@:

# The stamp comes last, so that whatever failed or was interrupted is done again the next time; a .venv that was left
# half made, or whose Python is gone, has no working pip and is made anew.
$(STAMP): requirements/dev.txt
	@$(PY) -m pip --version >/dev/null 2>&1 || { \
	  python=$$(command -v $(PYTHON) || command -v python3) && $$python -c '$(NEW_ENOUGH)' || \
	    { echo "Greenroom needs Python 3.11 or newer: install it, or say where it is with make PYTHON=/path/to/python"; exit 1; }; \
	  $$python -m venv --clear .venv; }
	@$(PY) -c '$(NEW_ENOUGH)' || { echo "Greenroom needs Python 3.11 or newer, and .venv was made with an older one: remove .venv"; exit 1; }
	@echo "Installing what Greenroom needs into .venv (only now, and when requirements/dev.txt changes)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(STAMP)

demo: setup  ## run everything on this machine: no account, no server to install (KEEP=1 goes on where the last demo ended)
	@exec $(PY) -m sandbox $(if $(KEEP),--keep)

run: setup  ## run the bot with the settings in the environment
	@exec $(PY) -m bot run

test: setup  ## all tests
	$(PY) -m pytest -q -n auto --dist worksteal

lint: setup  ## style
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup  ## mypy --strict
	$(PY) -m mypy

imports: setup  ## the import order of the house
	.venv/bin/lint-imports --no-logo

check: lint types imports test  ## everything .ci/run checks

bench: $(RIVALS)  ## the measurements behind the README's figures
	$(PY) -m bench
	$(PY) -m bench.outbox
	$(PY) -m bench.kills
	$(PY) -m bench.batch

$(RIVALS): requirements/bench.txt $(STAMP)
	@echo "Installing into .venv what the outbox is measured against"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $(RIVALS)

figures: setup  ## the figures of the code's structure, and what each flow passes through
	$(PY) -m tools.figures
	$(PY) -m tools.story

mutants: $(MUTANTS)  ## the code changes that no test notices (OF="gate team" for some groups; an hour for all)
	$(PY) -m tools.mutants $(OF)

$(MUTANTS): requirements/mutants.txt $(STAMP)
	@echo "Installing into .venv what changes the code"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutants.txt
	@touch $(MUTANTS)

lock: setup  ## write the hash-pinned lists again from pyproject.toml
	$(COMPILE) -o requirements/run.txt
	$(COMPILE) --extra dev --extra sandbox -o requirements/dev.txt
	$(COMPILE) --extra bench -c requirements/dev.txt -o requirements/bench.txt
	$(COMPILE) --extra mutants -c requirements/dev.txt -o requirements/mutants.txt

clean:  ## forget the demo and the caches (keeps .venv)
	rm -rf .sandbox* .mypy_cache .ruff_cache .hypothesis .import_linter_cache greenroom.db*
