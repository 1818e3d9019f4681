# SPDX-License-Identifier: Apache-2.0
# "make" alone explains itself. Everything installs what it needs: infra/setup.

GO ?= go

# The tools of "make check". They are run at a version, not required by go.mod:
# whoever installs this module must not download linters.
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT  := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

PKG      ?= ./...
BENCH    ?= .
FUZZTIME ?= 30s

# A new folder for each run: the go command sees that the variable changed and
# runs the tests that read it again, and only those, whatever it has cached.
COVERAGE = $(CURDIR)/dist/forge-coverage

# Tests without threads that meet: those that compress, hash and wait for builds
# or for git in other processes, and those that run whole captures through the parts of the
# engine that belong to one goroutine. The race detector makes them five times
# slower, minutes on two cores. What the engine's workers share has it, in tests
# whose names say so.
NORACE := /release/(artifact|verify|cmd/release)$$|/bots/simulation$$|/engine/(alert|capture|capture/upgrade|check|extract|rules|state|program|cmd/lanner)$$
THREADS := 'Concurrent|Workers'

# Most of a first demo is compiling. Both programs are built by one command, so
# that SQLite, a single package of C translated to Go, is compiled beside all
# the others; with the flags of a release build, so that its first build finds
# Go's own library compiled; and without optimizing SQLite, which halves the
# work for that package and is not felt in a demo.
DEMO_FLAGS := -trimpath -ldflags='-s -w' -gcflags='modernc.org/...=-N -l'

SCRIPTS = $(shell git grep -lE --untracked '^\#!.*sh$$' -- ':!*.go' ':!*.md' ':!*/testdata/*')

.PHONY: help demo test check format bench bench-driver bench-engine bench-bot prowcompat cluster soak fuzz generate clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## from this repository's history to an installed release; KEEP=1 leaves it up
	@infra/setup demo
	CGO_ENABLED=0 $(GO) build $(DEMO_FLAGS) -o bin/ ./infra/cmd/infra ./release/cmd/release
	bin/infra demo --release-tool bin/release $(if $(KEEP),--keep)

test: ## run all tests, most with the race detector; PKG=./infra/... for some
	@infra/setup test
	@rm -rf $(COVERAGE) && mkdir -p $(COVERAGE)
	@FORGE_COVERAGE_DIR=$$(mktemp -d $(COVERAGE)/XXXXXX) && export FORGE_COVERAGE_DIR && \
		$(GO) list $(PKG) | grep -vE '$(NORACE)' | xargs -r $(GO) test -race -timeout 30m && \
		$(GO) list $(PKG) | grep -E '$(NORACE)' | xargs -r $(GO) test -timeout 30m && \
		$(GO) list $(PKG) | grep -E '$(NORACE)' | grep /engine/ | xargs -r $(GO) test -race -run $(THREADS) && \
		if [ '$(PKG)' = ./... ]; then $(GO) test -race -v -run '^TestCoverageReport$$' ./infra/forge; fi

check: ## formatting, vet, staticcheck, go fix, the engine elsewhere, scripts, workflows
	@infra/setup check
	@echo 'check: gofumpt' && files=$$($(GO) run $(GOFUMPT) -l .) && \
		if [ -n "$$files" ]; then echo "not formatted; run make format:" >&2; echo "$$files" >&2; exit 1; fi
	@echo 'check: go vet' && $(GO) vet ./...
	@echo 'check: go fix' && $(GO) fix -diff ./... || { echo 'run make format' >&2; exit 1; }
	@echo 'check: staticcheck' && $(GO) run $(STATICCHECK) ./...
	@for system in darwin/arm64 js/wasm; do echo "check: the engine builds for $$system" && \
		GOOS=$${system%/*} GOARCH=$${system#*/} $(GO) build $$($(GO) list ./engine/... | grep -v /engine/cmd/) || exit 1; done
	@if command -v clang-16 >/dev/null; then echo "check: the driver's object is its source" && infra/driver-object; \
		else echo "check: skipped, no clang-16: that the driver's object is its source"; fi
	@echo 'check: shellcheck' && shellcheck $(SCRIPTS)
	@echo 'check: actionlint' && $(GO) run $(ACTIONLINT)

format: ## make the Go files what check wants
	$(GO) fix ./...
	$(GO) run $(GOFUMPT) -l -w .

bench: ## run the benchmarks; BENCH=Notes for some
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m $(PKG)

bench-driver: ## what watching costs a syscall, events a second without a loss, CPU, memory; floods
	$(GO) test -run '^$$' -bench 'Overhead|Open|Drain' -benchtime 1x -timeout 30m ./driver/probe
	$(GO) test -run '^$$' -bench 'Rate|FirstLoss|Steady' -benchtime 1x -v -timeout 30m ./engine/cmd/lanner
	LANNER_TEST_FLOOD=30 $(GO) test -run '^TestFlood' -count 1 -v -timeout 30m ./engine/cmd/lanner

bench-engine: ## lanner replay beside Debian's sysdig: time an event, memory, alerts, workers
	$(GO) run ./engine/cmd/enginebench

bench-bot: ## our bot beside Prow's hook: time, CPU, memory and calls, with 1,000 pull requests open
	cd infra/prowcompat && $(GO) test -count 1 -v -timeout 60m -run '^TestBeside$$' -beside .

prowcompat: ## hold owners, commands, labels and jobs against Prow's own packages
	cd infra/prowcompat && $(GO) test -count 1 -v .

cluster: ## real Kubernetes on this machine: jobs run as pods; built the first time, some minutes
	@infra/setup cluster
	@infra/kube/cluster/build >/dev/null
	LANNER_TEST_CLUSTER=1 $(GO) test -count 1 -v -timeout 30m ./infra/kube

soak: ## play 100,000 histories of the merge queue, as many conversations with the bot, and 2,000 stories on the forge
	$(GO) test ./bots/queue -run '^TestHistories$$' -seeds 100000 -timeout 3h
	$(GO) test ./bots/decide -run '^TestProperties$$' -seeds 100000 -timeout 3h
	$(GO) test ./bots/simulation -seeds 2000 -timeout 6h

fuzz: ## run each fuzz target for FUZZTIME=30s
	@infra/fuzz $(FUZZTIME)

generate: ## write the generated files anew
	@infra/setup generate
	$(GO) generate ./...

clean: ## remove what the targets made
	rm -rf bin dist
