# Every target is a thin call; the README gives the same lines for machines without make.
PORT ?= 8080
DATA ?= ./data
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check bench bench-durability lint types lock assets messages docs model setup setup-dev clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

setup: ## install what All Ears needs into .venv, nothing else
	@$(PYTHON) scripts/bootstrap.py

setup-dev: ## the same, with the tools for working on it
	@$(PYTHON) scripts/bootstrap.py --dev

demo: setup ## a running, populated All Ears (PORT=8080 DATA=./data)
	@exec $(BIN)/allears demo --data "$(DATA)" --port "$(PORT)"

test: ## every check and every test; installs what they need
	@$(PYTHON) scripts/bootstrap.py --dev --system
	@exec sh scripts/check.sh

check: setup-dev ## all that CI runs, on what is installed already
	@exec sh scripts/check.sh

lint: setup-dev ## style, layers and house rules only
	@exec sh scripts/check.sh lint

types: setup-dev ## mypy, strict
	@exec sh scripts/check.sh types

bench: setup-dev ## measure the promises in docs/benchmarks.md
	@exec $(BIN)/python -m bench

bench-durability: setup-dev ## kill -9 everything, many times, and count what was lost
	@exec env ALLEARS_TEST_KILLS=20 $(BIN)/python -m pytest tests/durability tests/understand/test_lake_killed.py -m slow --kills 20 -s

lock: setup-dev ## resolve the requirements*.lock files anew
	@exec $(BIN)/python scripts/lock.py

assets: setup-dev ## rebuild the committed front-end assets (uses the node in .venv)
	@exec $(BIN)/python scripts/assets.py

messages: setup-dev ## compile the Chinese translations
	@exec $(BIN)/python scripts/messages.py

docs: setup-dev ## write the generated parts of docs/ again
	@exec $(BIN)/python scripts/docs.py

model: setup-dev ## train the built-in text model from our corpus and lexicons (about a minute)
	@exec $(BIN)/python -m allears.understand.text.training

clean: ## remove what make made (never DATA)
	rm -rf $(VENV) .venv-spark .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
