# The hall's commands. `make run` and `make test` set up all that they need.
.DEFAULT_GOAL := help
.PHONY: help run demo-reset demo-center test check lint types layers jobs verify migrate backup restore manual nightly mutation assurance bench load system system-test clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## these lines
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: system $(VENV)/run.stamp ## set up and serve the hall with the demo fixture
	@$(BIN)/python -m demo

demo-reset: system $(VENV)/run.stamp ## forget the demo's data
	@$(BIN)/python -m demo reset

demo-center: system $(VENV)/run.stamp ## beside the demo: 6,000 employers, 300,000 people, 36 months to look at
	@$(BIN)/python -m demo.center

test: system-test $(VENV)/dev.stamp ## set up and run every test, on SQLite and PostgreSQL, and in a browser
	@$(BIN)/python -m pytest -n 2

check: lint types layers test ## lint, types, layers, tests

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	@$(BIN)/mypy

layers: $(VENV)/dev.stamp
	@$(BIN)/lint-imports

jobs: $(VENV)/run.stamp ## run the scheduled jobs once (deferrals, reminders, a head of the audit); daily
	@$(BIN)/python -m jobs

verify: $(VENV)/run.stamp ## prove that nothing was tampered with, and that summaries equal the details
	@$(BIN)/python -m verify

migrate: $(VENV)/run.stamp ## make the database, or bring an older one up to date after a backup
	@$(BIN)/python -m migrate

backup: $(VENV)/run.stamp ## back up the database and its files into HALL_BACKUPS
	@$(BIN)/python -m backup

restore: $(VENV)/run.stamp ## bring a backup back and verify it: make restore FROM=folder [REPLACE=1]
	@test -n "$(FROM)" || { echo "请指定备份目录：make restore FROM=data/storage/backups/hall-…" >&2; exit 1; }
	@$(BIN)/python -m restore "$(FROM)" $(if $(REPLACE),--replace)

manual: $(VENV)/dev.stamp ## the manual's points that no test proves
	@$(BIN)/python -m tests.manual

nightly: system-test $(VENV)/nightly.stamp ## run every test in full, and record the figures (several hours on two cores)
	@deploy/system.sh nightly
	@HALL_NIGHTLY=1 $(BIN)/python -m tests.fuzz
	@HALL_NIGHTLY=1 $(BIN)/python -m pytest -n 2 -o timeout=7200
	@HALL_NIGHTLY=1 $(BIN)/python -m tests.mutation
	@HALL_NIGHTLY=1 $(BIN)/python -m bench.load --clerks 100 --minutes 30 --processes 2 --postgresql

mutation: $(VENV)/dev.stamp ## change the rules a little, a thousand times, and count what the tests notice (ARGS=money)
	@HALL_NIGHTLY=1 $(BIN)/python -m tests.mutation $(ARGS)

assurance: $(VENV)/dev.stamp ## the table of what is promised and what was measured; writes docs/assurance.md
	@$(BIN)/python -m tests.assurance

bench: system-test $(VENV)/bench.stamp ## measure, beside the peers, in one run (ARGS=--quick for less)
	@$(BIN)/python -m bench $(ARGS)

load: $(VENV)/dev.stamp ## many clerks at work at once (ARGS="--clerks 100 --minutes 30 --processes 2 --postgresql")
	@$(BIN)/python -m bench.load $(ARGS)

system:
	@deploy/system.sh run

system-test:
	@deploy/system.sh test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或以上版本" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt constraints.txt | system $(BIN)/python
	@echo "正在安装Python依赖，首次需要一两分钟……"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements.txt constraints.txt | system $(BIN)/python
	@echo "正在安装Python依赖，首次需要一两分钟……"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

$(VENV)/nightly.stamp: requirements-nightly.txt $(VENV)/dev.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-nightly.txt
	@touch $@

$(VENV)/bench.stamp: bench/requirements.txt $(VENV)/dev.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@

clean: ## forget the virtual environment
	@rm -rf $(VENV)
