# Set-up commands: they need Python 3.11 or 3.12, make and a package index, and nothing else.
FITS := import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))
PYTHON ?= $(shell for p in python3 python3.12 python3.11 python; do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
LOCKED := -c constraints.txt
CORPUS ?= demo-corpus
SCALE ?= full
PROCESSES ?= 2
BENCHMARKS := kernels filters read_html annotate minhash_run small_run instalments driver_memory language pii \
	cold_start book_recall components dedup_scale dedup_speed embed kmeans semantic what_if url_list

.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit bench lock clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/local.done ## install, then the main job and domains on real input into ./demo-corpus
	@test -n "$$(ls demo-input/demo-*.warc.gz 2>/dev/null)" || $(BIN)/python -m thresher_jobs.demo demo-input
	$(BIN)/thresher run fineweb-en --input 'demo-input/*.warc.gz' --corpus ./$(CORPUS)
	$(BIN)/thresher run domains --corpus ./$(CORPUS)
	$(BIN)/thresher domains --recipe domains --corpus ./$(CORPUS)

test: lint types unit ## install, lint, types and all tests

lint: .venv/dev.done ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.done ## mypy, strict
	@mkdir -p .venv/types && ln -sfn ../../jobs .venv/types/thresher_jobs && ln -sfn ../../conf .venv/types/thresher_conf
	$(BIN)/mypy -p thresher -p thresher_jobs

unit: .venv/dev.done ## pytest, two processes with a Spark session each
	$(BIN)/pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --durations 40

bench: .venv/dev.done ## the side-by-side measurements; takes long and wants a quiet machine
	@for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m tests.benchmarks.$$name --scale $(SCALE) || exit 1; done

lock: ## resolve constraints.txt anew; needs uv
	uv pip compile --universal --fork-strategy fewest --python-version 3.11 --extra dev --no-header --no-annotate --no-emit-index-url \
	    --no-emit-find-links --upgrade -o constraints.txt pyproject.toml

clean: ## remove what these commands have made
	rm -rf .venv demo-input demo-corpus build dist *.egg-info

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "thresher needs Python 3.11 or 3.12: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/local.done: .venv/bin/python pyproject.toml setup.py constraints.txt
	$(BIN)/pip install -q $(LOCKED) -e '.[local,embed-light]'
	@touch $@

.venv/dev.done: .venv/bin/python pyproject.toml setup.py constraints.txt
	$(BIN)/pip install -q $(LOCKED) -e '.[dev]'
	@touch $@ .venv/local.done
