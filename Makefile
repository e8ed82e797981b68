# Everything a clone needs: `make help` lists it. A stamp file in each environment makes a second
# run quick and, once set up, independent of the network.

PORT ?= 7860
PYTHON ?= $(firstword $(foreach name,python3.11 python3 python,$(shell \
    $(name) -c 'import sys; print("$(name)" if sys.version_info[:2] == (3, 11) else "")' 2>/dev/null)))

LIGHT := .venv
TRAINING := .venv-training
DOWNSTREAM := .venv-downstream
SBOM := .venv-sbom
PEERS := .venv-peers
SMOKE := build/smoke
RUNTIME := space/private/vendor/ort-wasm-simd-threaded.wasm
NPM := $(shell command -v npm)
TYPED := space cards publish locks examples
SPACE_TESTS := $(addprefix tests/,private space)
SERVICE_TESTS := $(addprefix tests/,attack bench engine load service)
# Four at a time, since they often wait; each one's output in a piece (GNU make 3, which macOS brings, mixes the lines).
TOGETHER := --jobs=4 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
NODE_LOADER := publish/loaders/node_modules/.package-lock.json

export PIP_DISABLE_PIP_VERSION_CHECK := 1

NO_PYTHON = Python 3.11 was not found (looked for python3.11, python3 and python). \
    Install it, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)
NO_NPM = npm was not found. Install Node.js 18 or later, which brings it, then run: make $(MAKECMDGOALS)
NO_NODE_LOADER = transformers.js is not set up, so nothing is loaded with it. To add it, install Node.js \
    and run: make loaders
NO_PRIVATE_PAGE = The page that tags in the browser (/private/) lacks ONNX Runtime; all else works. \
    To add it, install Node.js and run: make private

# $(call install,ENVIRONMENT,LOCK,TORCH): make the environment if need be, and install what the lock names, each file
# by its hash; pip says how far it is. TORCH: torch as well, its CPU build where pip finds one (see locks/renew.py).
SIZE_demo := 540 MB
SIZE_light := 930 MB
SIZE_training := 2.1 GB (6 GB where torch comes with CUDA)
SIZE_downstream := 1.3 GB (5 GB where torch comes with CUDA)
SIZE_sbom := 63 MB
SIZE_peers := 930 MB
PIP_INSTALL = -m pip install --require-hashes --no-deps --no-build-isolation --use-pep517
define install
$(if $(PYTHON),,$(error $(NO_PYTHON)))
@echo "Setting up $(1), once: $$(grep -c == locks/$(2).txt) packages, $(SIZE_$(2)) on disk. Interrupted, the same command goes on."
@test -x $(1)/bin/pip || $(PYTHON) -m venv $(1)
@$(1)/bin/python $(PIP_INSTALL) -r locks/build.txt
@$(1)/bin/python $(PIP_INSTALL) -r locks/$(2).txt
$(if $(3),@$(1)/bin/python $(PIP_INSTALL) -r locks/torch-cpu.txt 2>/dev/null || \
    $(1)/bin/python $(PIP_INSTALL) -r locks/torch.txt -r locks/cuda.txt)
@$(1)/bin/python -m pip check
@touch $@
endef

.PHONY: help demo private setup lint lint-cards types test soak test-light test-cards test-space test-service test-training test-downstream \
    smoke loaders rehearse load bench lock sbom clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

demo: $(LIGHT)/.ready ## serve the Space at 127.0.0.1:7860 (PORT=8000 to change it); no torch
	@$(if $(NPM),$(MAKE) --no-print-directory private ||) test -e $(RUNTIME) || echo "$(NO_PRIVATE_PAGE)"
	PORT=$(PORT) $(LIGHT)/bin/python space/app.py

private: $(RUNTIME) ## fetch what the page that tags in the browser needs (npm; 14 MB)

setup: $(LIGHT)/.tests-ready $(TRAINING)/.tests-ready ## make both environments

lint: $(LIGHT)/.tests-ready types ## ruff's rules and format, mypy's types
	$(LIGHT)/bin/ruff check .
	$(LIGHT)/bin/ruff format --check .

lint-cards: $(LIGHT)/.ready ## the lint over a folder of real cards (CARDS=DIR): findings of each rule, times
	@test -n "$(CARDS)" || { echo "make lint-cards CARDS=DIR: name a folder of model cards (.md)"; exit 2; }
	PYTHONPATH=.:tests/support $(LIGHT)/bin/python -m lint_benchmark $(CARDS) --preview

# Each part where its libraries are, so that their types count.
types: $(LIGHT)/.tests-ready $(TRAINING)/.tests-ready ## mypy alone
	$(LIGHT)/bin/mypy $(TYPED)
	$(TRAINING)/bin/mypy training

# Set up first: tests that run side by side shall find the same programs. What fails here fails again where
# it is needed. Longest first, so that all end at about the same time.
test: ## every test but the longest, each in its environment; four parts at a time, shown as each ends
	-@$(MAKE) --no-print-directory --keep-going setup loaders
	@$(MAKE) --no-print-directory $(TOGETHER) test-downstream test-service test-space test-cards test-training

soak: $(LIGHT)/.tests-ready $(TRAINING)/.tests-ready $(if $(NPM),$(RUNTIME)) smoke loaders ## the long runs that `make test` leaves out: storms of kills, thousands of inputs
	$(LIGHT)/bin/python -m pytest -m soak tests --ignore=tests/training --ignore=tests/downstream/test_snippets.py
	$(TRAINING)/bin/python -m pytest -m soak tests/training

test-light: test-cards test-space test-service ## all that needs no torch

test-cards: $(LIGHT)/.tests-ready $(if $(NPM),$(RUNTIME)) ## cards, publish, the repository itself, and any folder not named below
	$(LIGHT)/bin/python -m pytest tests $(addprefix --ignore=,$(SPACE_TESTS) $(SERVICE_TESTS) tests/training tests/downstream)

test-space: $(LIGHT)/.tests-ready $(if $(NPM),$(RUNTIME)) ## Space and private page
	$(LIGHT)/bin/python -m pytest $(SPACE_TESTS)

test-service: $(LIGHT)/.tests-ready $(if $(NPM),$(RUNTIME)) ## engine, service, attacks, load, comparison
	$(LIGHT)/bin/python -m pytest $(SERVICE_TESTS)

test-training: $(TRAINING)/.tests-ready ## training, and the engine with the other client of the Hub
	$(TRAINING)/bin/python -m pytest tests/engine/test_hub_models.py tests/training

# `smoke` within the recipe, not before it: it would give its place to a part that is named later.
test-downstream: $(LIGHT)/.tests-ready $(if $(NPM),$(RUNTIME)) loaders ## the smoke run and the bundled pair as users load them, once published
	$(MAKE) --no-print-directory smoke
	$(DOWNSTREAM)/bin/python -m pytest tests/downstream/test_snippets.py
	$(LIGHT)/bin/python -m pytest tests/downstream --ignore=tests/downstream/test_snippets.py

smoke: $(TRAINING)/.tests-ready ## a whole run on a small invented corpus, in build/smoke
	HF_HUB_OFFLINE=1 $(TRAINING)/bin/python -m training run smoke --out $(SMOKE)

loaders: $(DOWNSTREAM)/.ready $(TRAINING)/.tests-ready $(if $(NPM),$(NODE_LOADER)) ## transformers, optimum, transformers.js, for publish/verify.py
	@$(if $(NPM),,echo "$(NO_NODE_LOADER)")

$(NODE_LOADER): publish/loaders/package-lock.json
	@echo "Fetching transformers.js, once: 470 MB on disk"
	cd publish/loaders && npm ci --ignore-scripts

rehearse: $(LIGHT)/.tests-ready smoke ## push the smoke run to a stand-in Hub, and serve its Space to look at
	$(LIGHT)/bin/python tests/support/rehearsal.py $(SMOKE)

$(RUNTIME): space/private/package-lock.json space/private/vendor.mjs space/private/runtime.js
	$(if $(NPM),,$(error $(NO_NPM)))
	@echo "Fetching ONNX Runtime for browsers, once: 150 MB, of which 14 MB are kept"
	cd space/private && npm ci --ignore-scripts --silent && npm run --silent vendor

load: $(LIGHT)/.tests-ready ## twenty minutes: capacity and latency under load, into docs/load.json and docs/load.png
	PYTHONPATH=.:tests/support $(LIGHT)/bin/python tests/load --out docs

bench: $(LIGHT)/.tests-ready $(TRAINING)/.tests-ready $(PEERS)/.ready ## half an hour: the engine beside its peers, into docs/performance.md, .json and .png (corpora: CLINSTILL_DATA)
	PYTHONPATH=.:tests/support $(LIGHT)/bin/python tests/bench --out docs

clean: ## remove the environments and everything built
	rm -rf $(LIGHT) $(TRAINING) $(DOWNSTREAM) $(SBOM) $(PEERS) space/private/vendor publish/loaders/node_modules build dist

$(LIGHT)/.ready: locks/build.txt locks/demo.txt
	$(call install,$(LIGHT),demo)

$(LIGHT)/.tests-ready: $(LIGHT)/.ready locks/light.txt
	$(call install,$(LIGHT),light)

$(TRAINING)/.tests-ready: locks/build.txt locks/training.txt locks/torch.txt
	$(call install,$(TRAINING),training,torch)

$(DOWNSTREAM)/.ready: locks/build.txt locks/downstream.txt locks/torch.txt pyproject.toml $(wildcard space/engine/*.py)
	$(call install,$(DOWNSTREAM),downstream,torch)
	rm -rf build/lib
	$(DOWNSTREAM)/bin/python -m pip install --no-deps --no-build-isolation .
	$(DOWNSTREAM)/bin/python -m pip check

$(SBOM)/.ready: locks/build.txt locks/sbom.txt
	$(call install,$(SBOM),sbom)

$(PEERS)/.ready: locks/build.txt locks/peers.txt
	$(call install,$(PEERS),peers)

lock: $(LIGHT)/.tests-ready ## renew locks/ after a pin has changed (LOCK=--upgrade: all that is not pinned)
	$(LIGHT)/bin/python locks/renew.py $(LOCK)

sbom: $(SBOM)/.ready ## bills of materials (CycloneDX) of image, training and private page, in build/sbom
	@mkdir -p build/sbom
	for lock in image training torch; do $(SBOM)/bin/cyclonedx-py requirements locks/$$lock.txt \
	    --output-reproducible --output-file build/sbom/$$lock.cdx.json || exit; done
	$(if $(NPM),,$(error $(NO_NPM)))cd space/private && npm sbom --package-lock-only --sbom-format cyclonedx \
	    > ../../build/sbom/private-page.cdx.json
