# make run · test · check · help: the executable documentation
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
DEBIAN := chromium chromium-headless-shell postgresql poppler-utils qpdf fonts-noto-cjk fontconfig util-linux libreoffice-calc-nogui nginx-light openssl systemd

.PHONY: help run serve test second storm hold bench check system setup catalogues demo lock clean

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

run: .venv/ready catalogues  ## the demo: set everything up, make its cases once, serve it on this machine only and print its address
	@$(BIN)/verifier demo --once
	@$(BIN)/verifier serve

serve: .venv/ready catalogues  ## begin an empty installation of your own in VERIFIER_INSTANCE (asks once), then serve it
	@$(BIN)/verifier setup --once
	@$(BIN)/verifier serve

demo: .venv/ready catalogues  ## make the demo cases
	@$(BIN)/verifier demo --once

test: setup  ## set up what is missing and pass the tests, browser tests included; the long ones are `make hold`
	@tools/have-system || $(MAKE) --no-print-directory system
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not hold"

second: setup  ## the whole suite on PostgreSQL and S3
	@tools/have-system || $(MAKE) --no-print-directory system
	@VERIFIER_TEST_HOME=second $(BIN)/python -m pytest -n 2 --dist worksteal

storm: setup  ## eight people, 200 actions each, at once, on SQLite and PostgreSQL (minutes)
	@STORM_ACTIONS=200 $(BIN)/python -m pytest -n 0 -s tests/concurrency/test_storm.py

hold: storm  ## the long tests: the storm, kills at every place, every attack on every route, a hundred bad files, the second home; coverage
	@KILL_EVERYWHERE=1 VERIFIER_ATTACK=all $(BIN)/python -m pytest -n 2 --dist worksteal -m hold --ignore=tests/concurrency/test_storm.py
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n 0 tests/core tests/rulepacks/test_packs.py tests/rulepacks/test_extends.py
	@$(BIN)/coverage report
	@$(BIN)/python tools/core_branches.py

bench: setup  ## the stopwatch: what things cost beside the bare work, as a table and JSON
	@$(BIN)/python -m bench

check: setup  ## style (Python and JavaScript), types, who imports whom, translations, migrations = models
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python tools/mypy_ratchet.py
	@$(BIN)/lint-imports
	@node_modules/.bin/eslint --max-warnings 0 .
	@$(BIN)/python tools/dead_code.py
	@$(BIN)/python tools/catalogues.py check
	@$(BIN)/python tools/migrations.py

system:  ## what Debian must give: browser, PostgreSQL, poppler, qpdf, LibreOffice's calculator, a Chinese font, nginx
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(DEBIAN)

setup: .venv/ready catalogues node_modules/ready  # the virtual environment, the compiled catalogues and what checks the JavaScript

.venv/ready: requirements-dev.txt pyproject.toml setup.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

node_modules/ready: package.json package-lock.json .npmrc
	@npm ci --prefer-offline --silent
	@touch $@

catalogues: .venv/ready
	@$(BIN)/python tools/catalogues.py compile

LOCK := uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11

lock:  ## lock the dependencies of pyproject.toml and of the tests anew, with hashes; needs `uv` (make lock UPGRADE=--upgrade for newer ones)
	$(LOCK) $(UPGRADE) pyproject.toml -o requirements.txt
	$(LOCK) $(UPGRADE) pyproject.toml requirements-dev.in -o requirements-dev.txt
	$(LOCK) $(UPGRADE) requirements-build.in -c requirements-dev.txt -o requirements-build.txt

clean:  ## forget the virtual environment and node_modules; instance/ stays
	rm -rf .venv node_modules build *.egg-info
