# Two commands: `make demo` and `make test`. Everything they need is made in .venv, node_modules and .run here.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps
PORT ?= 8000
TWILIO_PORT ?= 8900
JOBS ?= 2
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help preflight demo demo-once test lint format lock clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

preflight:
	@command -v "$(PYTHON)" >/dev/null || { echo "Handrail needs Python 3.11, and no python3.11 was found. On Debian: sudo apt-get install python3.11 python3.11-venv"; exit 1; }
	@"$(PYTHON)" welfare/demo/preflight.py

demo: .venv/.runtime static/build/.built ## Everything, with a clip that raises a real alert; SOURCE=rtsp://… watches your camera
	@PORT=$(PORT) TWILIO_PORT=$(TWILIO_PORT) $(PY) manage.py demo $(if $(SOURCE),--source "$$SOURCE")

demo-once: .venv/.runtime static/build/.built ## The demo without a screen: from pixels to a closed incident, then stop
	@$(PY) manage.py demo --once

test: .venv/.dev static/build/.built ## Install what tests need and run them all
	@$(PY) -m pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: .venv/.dev static/build/.built ## Linters, types and the boundaries between rooms
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	SECRET_KEY=lint .venv/bin/mypy .
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/deptry .

format: .venv/.dev ## Put the code in the house's form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: ## Pin again after a change in pyproject.toml (needs uv)
	uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group dev -c requirements.lock --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock

clean: ## Remove what was made here, the demo's database included
	rm -rf .venv .run node_modules static/build staticfiles

.venv/bin/python: | preflight
	@echo "Making the environment in .venv"
	@"$(PYTHON)" -m venv .venv

.venv/.runtime: requirements.lock | .venv/bin/python
	@echo "Installing what Handrail needs (a minute or two)"
	@$(PIP) -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Installing what the tests need"
	@$(PIP) -r requirements-dev.lock
	@touch $@

static/build/.built: package.json package-lock.json $(wildcard static/src/* static/src/*/*) | .venv/.runtime
	@echo "Building the console's scripts and styles"
	@$(PY) -m welfare.demo.frontend
	@touch $@
