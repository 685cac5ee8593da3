# The contributor's menu. Everything runs in .venv inside the checkout; nothing else is touched.
PYTHON ?= python3.11
PY := .venv/bin/python
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types imports check bench lock run clean

help:  ## show this menu
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP)  ## make .venv from the hash-pinned list (does nothing when nothing changed)

$(STAMP): requirements/dev.txt
	@command -v $(PYTHON) >/dev/null 2>&1 || command -v python3 >/dev/null 2>&1 || { echo "Greenroom needs Python 3.11 or newer: install it, or say where it is with make PYTHON=/path/to/python"; exit 1; }
	@test -x $(PY) || $$(command -v $(PYTHON) || command -v python3) -m venv .venv
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Greenroom needs Python 3.11 or newer; .venv has $$($(PY) -V). Remove .venv and say make PYTHON=/path/to/python"; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(STAMP)

demo: setup  ## run everything on this machine: no account, no server to install (KEEP=1 goes on where the last demo ended)
	@exec $(PY) -m bot sandbox $(if $(KEEP),--keep)

run: setup  ## run the bot with the settings in the environment
	@exec $(PY) -m bot run

test: setup  ## all tests
	$(PY) -m pytest -q

lint: setup  ## style
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup  ## mypy --strict
	$(PY) -m mypy

imports: setup  ## the import order of the house
	.venv/bin/lint-imports

check: lint types imports test  ## everything .ci/run checks

bench: setup  ## the measurements behind the README's figures
	$(PY) -m bench

lock: setup  ## write the hash-pinned lists again from pyproject.toml
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml -o requirements/run.txt
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --extra dev pyproject.toml -o requirements/dev.txt

clean:  ## forget the demo and the caches (keeps .venv)
	rm -rf .sandbox .mypy_cache .ruff_cache .hypothesis greenroom.db*
