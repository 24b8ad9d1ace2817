# make help says what there is. Every target does its own set-up; the second run is fast.
.DEFAULT_GOAL := help
.PHONY: help setup assets run demo build test check format bench crash-test cluster-test package-test fuzz screenshots clean
SHELL := /bin/bash

# Without it, an added file recompiles packages that have traits.
export SWIFT_DETERMINISTIC_HASHING := 1

RELEASE := .build/release/martlet
# Passed on to the program: make run ARGS="--port 9000"
ARGS ?=
# How often crash-test kills.
N ?= 300

help: ## Show this list
	@echo "Martlet: a self-hosted email campaign server."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup:
	@scripts/setup run

assets:
	@scripts/assets

build: setup assets ## Build the program for release
	@echo "build: $(RELEASE) (the first time takes some ten minutes on two cores)"
	@swift build -c release --product martlet

run: build ## Build and start Martlet; data in ./data
	@exec $(RELEASE) serve $(ARGS)

demo: build ## Start Martlet with invented data in ./data-demo; the log-in is printed
	@exec $(RELEASE) demo $(ARGS)

test: ## Run all tests: Swift Testing, crash tests, browser test
	@scripts/setup test
	@scripts/assets
	@scripts/test

check: ## Format, imports, front-end and committed files; pages are checked by the browser test
	@scripts/setup run
	@scripts/check

format: ## Format the Swift sources
	@swift format --in-place --parallel --recursive Package.swift Sources Tests

bench: build ## Measure, and write docs/performance.md
	@scripts/setup bench
	@bench/run $(ARGS)

crash-test: $(if $(MARTLET),,build) ## Kill the release build N times (N=300) and audit; MARTLET=path for another
	@MARTLET=$(or $(MARTLET),$(RELEASE)) Tests/Crash/run --kills $(N) $(ARGS)

cluster-test: $(if $(MARTLET),,build) ## Bring N troubles over three nodes on a PostgreSQL and audit (N=300)
	@scripts/setup test
	@MARTLET=$(or $(MARTLET),$(RELEASE)) .venv/bin/python Tests/Crash/run-cluster --rounds $(N) $(ARGS)

package-test: ## Do what Dockerfile, compose.yaml and the unit say without an engine (root; OUT=folder: built before)
	@scripts/package-test $(if $(OUT),--out $(OUT))

# The full run is a matter of minutes; the suite has a short one.
fuzz: ## Feed FUZZ=1000000 hostile bodies and replies to the SMTP code
	@scripts/setup test
	@MARTLET_FUZZ=$(or $(FUZZ),1000000) swift test --filter 'Hostile bytes'

screenshots: build ## Make the pictures of the README from the demo
	@scripts/setup test
	@scripts/screenshots

clean: ## Remove what was built (not the data)
	rm -rf .build .assets .venv artefacts
