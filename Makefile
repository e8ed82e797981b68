# Everything a clone needs: `make help` lists it. A stamp file in each environment makes a second
# run quick and, once set up, independent of the network.

PORT ?= 7860
PYTHON ?= $(firstword $(foreach name,python3.11 python3 python,$(shell \
    $(name) -c 'import sys; print("$(name)" if sys.version_info[:2] == (3, 11) else "")' 2>/dev/null)))

LIGHT := .venv
TRAINING := .venv-training
DOWNSTREAM := .venv-downstream
SMOKE := build/smoke
RUNTIME := space/private/vendor/ort-wasm-simd-threaded.wasm
NPM := $(shell command -v npm)
SPACE_TESTS := $(addprefix tests/,engine load private service space)
# Two at a time, each one's output in a piece (GNU make 3, which macOS brings, mixes the lines).
TOGETHER := --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
NODE_LOADER := publish/loaders/node_modules/.package-lock.json

export PIP_DISABLE_PIP_VERSION_CHECK := 1

NO_PYTHON = Python 3.11 was not found (looked for python3.11, python3 and python). \
    Install it, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)
NO_NPM = npm was not found. Install Node.js 18 or later, which brings it, then run: make private
NO_NODE_LOADER = transformers.js is not set up, so nothing is loaded with it. To add it, install Node.js \
    and run: make loaders
NO_PRIVATE_PAGE = The page that tags in the browser (/private/) lacks ONNX Runtime; all else works. \
    To add it, install Node.js and run: make private

# $(call install,ENVIRONMENT,PIP ARGUMENTS): make the environment if need be, install, stamp.
define install
$(if $(PYTHON),,$(error $(NO_PYTHON)))
@echo "Setting up $(1) (once; a minute, or some where torch is fetched)"
test -x $(1)/bin/pip || $(PYTHON) -m venv $(1)
$(1)/bin/python -m pip install --quiet $(2)
touch $@
endef

.PHONY: help demo private setup lint test test-light test-cards test-space test-training test-downstream \
    smoke loaders rehearse load clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

demo: $(LIGHT)/.ready ## serve the Space at 127.0.0.1:7860 (PORT=8000 to change it); no torch
	@$(if $(NPM),$(MAKE) --no-print-directory private ||) test -e $(RUNTIME) || echo "$(NO_PRIVATE_PAGE)"
	PORT=$(PORT) $(LIGHT)/bin/python space/app.py

private: $(RUNTIME) ## fetch what the page that tags in the browser needs (npm; 14 MB)

setup: $(LIGHT)/.tests-ready $(TRAINING)/.tests-ready ## make both environments

lint: $(LIGHT)/.tests-ready ## ruff: rules and format
	$(LIGHT)/bin/ruff check .
	$(LIGHT)/bin/ruff format --check .

# Set up first: tests that run side by side shall find the same programs. What fails here fails again where
# it is needed. Longest first, so that both end at about the same time.
test: ## every test, each in its environment; two parts at a time, shown as each ends
	-@$(MAKE) --no-print-directory --keep-going setup loaders
	@$(MAKE) --no-print-directory $(TOGETHER) test-space test-cards test-training test-downstream

test-light: test-cards test-space ## all that needs no torch

test-cards: $(LIGHT)/.tests-ready $(if $(NPM),$(RUNTIME)) ## cards, publish, the repository itself, and any folder not named below
	$(LIGHT)/bin/python -m pytest tests $(addprefix --ignore=,$(SPACE_TESTS) tests/training tests/downstream)

test-space: $(LIGHT)/.tests-ready $(if $(NPM),$(RUNTIME)) ## engine, Space, service, private page, load
	$(LIGHT)/bin/python -m pytest $(SPACE_TESTS)

test-training: $(TRAINING)/.tests-ready ## engine and training
	$(TRAINING)/bin/python -m pytest tests/engine tests/training

test-downstream: $(LIGHT)/.tests-ready smoke loaders ## the smoke run as its users would load it, once published
	$(DOWNSTREAM)/bin/python -m pytest tests/downstream --ignore=tests/downstream/test_rehearsal.py
	$(LIGHT)/bin/python -m pytest tests/downstream/test_rehearsal.py

smoke: $(TRAINING)/.tests-ready ## a whole run on a small invented corpus, in build/smoke
	HF_HUB_OFFLINE=1 $(TRAINING)/bin/python -m training run smoke --out $(SMOKE)

loaders: $(DOWNSTREAM)/.ready $(TRAINING)/.tests-ready $(if $(NPM),$(NODE_LOADER)) ## transformers, optimum, transformers.js, for publish/verify.py
	@$(if $(NPM),,echo "$(NO_NODE_LOADER)")

$(NODE_LOADER): publish/loaders/package-lock.json
	@echo "Fetching transformers.js (once)"
	cd publish/loaders && npm ci --ignore-scripts --silent

rehearse: $(LIGHT)/.tests-ready smoke ## push the smoke run to a stand-in Hub, and serve its Space to look at
	$(LIGHT)/bin/python tests/support/rehearsal.py $(SMOKE)

$(RUNTIME): space/private/package-lock.json space/private/vendor.mjs
	$(if $(NPM),,$(error $(NO_NPM)))
	@echo "Fetching ONNX Runtime for browsers (once)"
	cd space/private && npm ci --ignore-scripts --silent && npm run --silent vendor

load: $(LIGHT)/.tests-ready ## twenty minutes: capacity and latency under load, into docs/load.json and docs/load.png
	PYTHONPATH=.:tests/support $(LIGHT)/bin/python tests/load --out docs

clean: ## remove the environments and everything built
	rm -rf $(LIGHT) $(TRAINING) $(DOWNSTREAM) space/private/vendor publish/loaders/node_modules build dist

$(LIGHT)/.ready: requirements.txt space/requirements.txt
	$(call install,$(LIGHT),-r requirements.txt)

$(LIGHT)/.tests-ready: $(LIGHT)/.ready tests/requirements.txt tests/light-requirements.txt space/requirements-extra.txt
	$(call install,$(LIGHT),-r requirements.txt -r tests/requirements.txt -r tests/light-requirements.txt)

$(TRAINING)/.tests-ready: training/requirements.txt tests/requirements.txt
	$(call install,$(TRAINING),-r training/requirements.txt -r tests/requirements.txt)

$(DOWNSTREAM)/.ready: tests/downstream-requirements.txt pyproject.toml $(wildcard space/engine/*.py)
	$(call install,$(DOWNSTREAM),-r tests/downstream-requirements.txt)
	rm -rf build/lib
	$(DOWNSTREAM)/bin/python -m pip install --quiet --no-build-isolation .
	touch $@
