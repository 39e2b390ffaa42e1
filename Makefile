# Every recipe calls a script or a tool; see docs/dependencies.md for what they are.
# `make help` lists the targets.
SEEDS ?= 1000
MINUTES ?= 30
BIN = .venv/bin

.PHONY: help check lint test test-all sim storm fuzz properties bench pictures readme-pictures format lock demo messages

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 18

check: ## the gate: lint, unit, simulation, crash, browser, provisioning
	sh provisioning/test

lint: ## format, rules, imports, types, templates, spelling, dead code, scripts
	sh provisioning/test lint

test: ## the quick tests, without simulation and browser
	sh provisioning/test unit

test-all: ## the gate and both commands in a fresh Debian 12 and 13
	sh provisioning/test --full

sim: ## only the simulation, with SEEDS=1000 random worlds
	QUARTIER_SEEDS=$(SEEDS) $(BIN)/pytest -n auto -m slow tests/simulation

storm: ## kill the nodes of a quarter under load for MINUTES=30
	$(BIN)/pytest -s -m slow tests/crash/test_storm.py --storm-minutes $(MINUTES)

properties: ## the quick tests, with properties drawn anew by chance
	$(BIN)/pytest -q -n 2 --hypothesis-profile=search tests/base tests/people tests/quarter \
		tests/spaces tests/store tests/sync tests/erasure tests/web tests/hostile tests/api

fuzz: ## throw coverage-guided messages at a live node for MINUTES=30
	sh provisioning/fuzz $(MINUTES)

bench: ## the figures as a table, kept in docs/benchmarks.md
	$(BIN)/python -m benchmarks --history docs/benchmarks.md

pictures: ## every page at every size, as pictures in build/pictures
	$(BIN)/python -m tests.pictures build/pictures

readme-pictures: ## the README's pictures, made anew from the demo
	$(BIN)/python -m tests.pictures --readme docs/pictures

format: ## put the code into its format
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: ## renew the lock files; UPGRADE=--upgrade takes newer versions
	sh provisioning/lock $(UPGRADE)

demo: ## start the demo quarter
	sh provisioning/run

messages: ## collect new texts into the catalogues and compile them
	sh provisioning/messages
