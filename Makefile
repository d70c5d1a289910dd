# Every target works from nothing: a machine with Python 3.11 or later, make, git and apt is enough.
# PYTHON=python3.12 chooses the interpreter of a new .venv, ARGS=... goes on to the command of the target.

SHELL := /bin/sh
.SHELLFLAGS := -ec
.ONESHELL:
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
INSTALLED := .venv/.installed
SERVERS := mosquitto:mosquitto mosquitto_pub:mosquitto-clients prometheus:prometheus prometheus-alertmanager:prometheus-alertmanager systemd-analyze:systemd systemd-nspawn:systemd-container chromium:chromium faketime:faketime
# Many tests wait for sockets and processes more than they compute: more workers than cores, at most 4.
WORKERS := $(shell echo $$(( $$(nproc) < 2 ? 2 : 4 )))
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o Dpkg::Use-Pty=0

# Silent when it works, all that apt said when it does not.
apt_install = { said=$$({ $(APT) update && $(APT) install -y --no-install-recommends $(1); } 2>&1) || { echo "$$said" >&2; false; }; }

.PHONY: help install demo capture run test check bench campaign soak fix lock servers

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

install: $(INSTALLED) ## .venv with everything that runs and develops hedgewatch
	@echo "hedgewatch is in $(BIN)/: export PATH=\"$$PWD/$(BIN):\$$PATH\""

demo: $(INSTALLED) ## watch a hedged book on the paper exchange
	@$(BIN)/hedgewatch demo $(ARGS)

capture: $(INSTALLED) servers ## the pictures of the README, from real demos, and of a report: a minute
	@$(BIN)/python -m hedgewatch.demo.capture daemon/demo.svg $(ARGS)
	$(BIN)/python -m hedgewatch.demo.capture_page daemon $(ARGS)
	$(BIN)/python -m tests.reports.capture daemon

run: $(INSTALLED) ## the daemon, with your configuration: make run CONFIG=FILE
	@if [ -z "$(CONFIG)" ]; then echo "which configuration? make run CONFIG=FILE" >&2; exit 2; fi
	exec $(BIN)/hedgewatch run -c "$(CONFIG)" $(ARGS)

test: $(INSTALLED) servers ## every test, with real servers on loopback; ARGS="tests/core -x": some of them
	@if [ "$$(id -u)" = 0 ]; then $(BIN)/python -m tests.support.wheels & fi # who needs them waits for them
	echo "== pytest"
	$(BIN)/pytest -q -n $(WORKERS) $(ARGS)

check: $(INSTALLED) ## linter, format, types, length of modules, import contracts, rule files and their tests
	@typed=$$(mktemp) # the types take longer than all the rest, which goes on beside them
	$(BIN)/mypy --no-error-summary >$$typed 2>&1 & mypy=$$!
	trap "kill $$mypy 2>/dev/null || true; rm -f $$typed" EXIT
	echo "== ruff"
	$(BIN)/ruff check --quiet --output-format concise .
	$(BIN)/ruff format --check --quiet . || { echo "make fix formats the files that differ:"; $(BIN)/ruff format --check .; }
	echo "== length"
	long=$$(find daemon grafana -name '*.py' -exec awk 'END { if (NR > 300) print FILENAME ": " NR " lines, over 300: give a part of it a module of its own" }' {} \;)
	if [ -n "$$long" ]; then echo "$$long"; exit 1; fi
	echo "== import contracts"
	report=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$report"; exit 1; }
	if [ -d rules ]; then
		echo "== rules"
		$(BIN)/hedgewatch rules check rules/
		$(BIN)/hedgewatch rules test rules/tests/*.yaml
	fi
	echo "== mypy"
	wait $$mypy || { cat $$typed; exit 1; }

bench: $(INSTALLED) ## what a tick costs, as ratios measured in one run
	@$(BIN)/python -m tests.bench $(ARGS)

campaign: $(INSTALLED) servers ## 500 kill -9 amid deliveries and more, half an hour: make campaign ARGS="--kills 50"
	@$(BIN)/python -m tests.campaign kills subsets silence $(ARGS)

soak: $(INSTALLED) servers ## an hour of faults, memory and descriptors watched: make soak ARGS="--minutes 5"
	@$(BIN)/python -m tests.campaign soak venues $(ARGS)

fix: $(INSTALLED) ## what the linter and the formatter can mend by themselves, the exported rules, the schemas, the list of venues
	@$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	$(BIN)/hedgewatch rules export --out deploy/prometheus/rules.yml
	$(BIN)/python -m hedgewatch.venues.survey > $(BIN)/known.json && mv $(BIN)/known.json daemon/hedgewatch/venues/known.json
	$(BIN)/python -m hedgewatch.telemetry.catalogue > deploy/METRICS.md
	$(BIN)/python -m grafana.generate
	$(BIN)/hedgewatch rules schema > rules/rules.schema.json
	$(BIN)/hedgewatch rules schema --tests > rules/tests/tests.schema.json

lock: $(INSTALLED) ## the pins again, after a change of the dependencies; ARGS=--upgrade renews all
	@$(BIN)/pip install --quiet uv
	compile="$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command make\ lock $(ARGS)"
	echo "== requirements.txt"
	eval "$$compile --output-file requirements.txt pyproject.toml"
	echo "== requirements-extras.txt"
	eval "$$compile --all-extras --constraint requirements.txt --output-file requirements-extras.txt pyproject.toml"
	echo "== requirements-dev.txt"
	eval "$$compile --group dev --constraint requirements-extras.txt --output-file requirements-dev.txt pyproject.toml"

# ------------------------------------------------------------------------------ what the targets stand on

$(INSTALLED): $(BIN)/python requirements-dev.txt pyproject.toml
	@echo "== packages into .venv: some 500 MB and a few minutes, in which nothing is said"
	pip="$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile"
	$$pip --require-hashes -r requirements-dev.txt
	$$pip --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -qq -j 0 .venv/lib || true # on all cores, as pip would on one
	touch $@

$(BIN)/python:
	@python="$(PYTHON)"
	for name in python3 python3.13 python3.12 python3.11; do
		if [ -z "$$python" ] && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; fi
	done
	if ! "$${python:-none}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
		echo "hedgewatch needs Python 3.11 or later, and '$${python:-python3}' is not: make PYTHON=/path/to/python3.12 ..." >&2; exit 1
	fi
	echo "== .venv of $$($$python --version)"
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then
		echo "== apt-get install python3-venv"
		$(call apt_install,python3-venv) || true
		if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then
			echo "'$$python' cannot make virtual environments: install its venv package (Debian: python3-venv)" >&2; exit 1
		fi
	fi
	$$python -m venv --clear .venv

# The tests start these servers themselves. The distribution must not start its own: its units are held back by a
# policy while apt works, and disabled afterwards where this is what brought them.
servers:
	@missing=
	for pair in $(SERVERS); do
		PATH="$$PATH:/usr/sbin" command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair##*:}"
	done
	if [ -z "$$missing" ]; then exit 0; fi
	echo "== apt-get install$$missing"
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $$policy ] || grep -q hedgewatch $$policy; then
		trap "$(SUDO) rm -f $$policy" EXIT
		printf '#!/bin/sh\n# hedgewatch, while its Makefile installs test servers\nexit 101\n' | $(SUDO) tee $$policy >/dev/null
		$(SUDO) chmod 755 $$policy
	fi
	$(call apt_install,$$missing) || { echo "the tests need:$$missing" >&2; exit 1; }
	for package in $$missing; do $(SUDO) systemctl disable --now --quiet $$package >/dev/null 2>&1 || true; done
