# "make run" and "make test" need Go and make, nothing else. "make" alone lists the targets.

GO          ?= go
FUZZTIME    ?= 30s
ROUNDS      ?= 3
BASE        ?= 1
ONLY        ?=
WORLDS      ?= 2000
ZOO         ?=
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

# What a world runs on.
CORE := ./sim/... ./ipv8/... ./harness/...

.DEFAULT_GOAL := help
.PHONY: help run test modules exact race bench fuzz lint vet format staticcheck vuln rewrite stubs zoo determinism bars digests

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1@/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "%-16s %s\n", $$1, $$2 }'

run: ## play the two simulations of IPv8's tutorial
	$(GO) run ./examples/pingpong
	$(GO) run ./examples/bootstrap

test: ## run every test, in the same worlds each time (BASE=1; BASE= has new ones)
	OVERLAYTEST_BASE=$(BASE) $(GO) test -count=1 ./...

modules: ## test the modules of their own below suites/, which run others' code (downloads it): real programs by overlaytest test
	cd suites/stun && $(GO) vet ./... && $(GO) test -count=1 ./...
	cd suites/real && $(GO) vet ./... && OVERLAYTEST_BASE=$(BASE) $(GO) run github.com/overlaytest/overlaytest/cmd/overlaytest test -count=1 ./...

exact: ## run what runs in bubbles by overlaytest test: one seed, one history
	$(GO) run ./cmd/overlaytest test -count=1 ./sim/bubble ./suites/bubble ./suites/exact ./cmd/overlaytest

race: ## run every test of the core under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -count=1 -race $(CORE)

bench: ## measure the bars, print the table, extend suites/bench/history.tsv (ROUNDS=3, ONLY=part of a name)
	$(GO) test ./suites/bench -count=1 -timeout 60m -run '^TestRecord$$' -v -record -rounds=$(ROUNDS) -only='$(ONLY)'

fuzz: ## fuzz every target, each for FUZZTIME (30s)
	@set -e; for file in $$(grep -rl --include='*_test.go' '^func Fuzz' .); do \
	  for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$file); do \
	    echo "== $$(dirname $$file) $$target for $(FUZZTIME)"; \
	    $(GO) test $$(dirname $$file) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime=0x; \
	  done; \
	done

lint: vet format staticcheck ## vet, gofmt, staticcheck

vet:
	$(GO) vet ./...

format:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w these:"; echo "$$unformatted"; exit 1; }

staticcheck:
	$(GO) run $(STATICCHECK) ./...

vuln: ## ask the vulnerability database (needs the network)
	$(GO) run $(GOVULNCHECK) ./...

rewrite: ## write the transcripts anew; read the difference before committing it
	$(GO) test ./suites/transcripts/... -count=1 -rewrite

stubs: ## switch off each fault's effect in turn: its conformance test must turn red
	$(GO) test ./suites/faults -count=1 -run '^TestStubs$$' -v

zoo: ## search for every planted bug, print the table, extend suites/zoo/history.tsv
	$(GO) test ./suites/zoo -count=1 -timeout 60m -run '^(TestMeasure|TestTwinsNeverRaiseAlarm|TestGeneratedGoTestsFail)$$' -v -zoo $(ZOO)

determinism: ## WORLDS (2000) generated worlds, each twice, on 1 and 2 processors, with and without -race: one line four times
	@set -e; play() { $(GO) test ./suites/digests -count=1 -timeout 60m -run '^TestGeneratedWorldsRepeat$$' -v -worlds=$(WORLDS) "$$@" | sed -n 's/.*together: //p'; }; \
	a=$$(GOMAXPROCS=1 play); b=$$(GOMAXPROCS=2 play); c=$$(CGO_ENABLED=1 GOMAXPROCS=1 play -race); d=$$(CGO_ENABLED=1 GOMAXPROCS=2 play -race); \
	printf '%s\n' "1 processor:         $$a" "2 processors:        $$b" "1 processor, -race:  $$c" "2 processors, -race: $$d"; \
	test -n "$$a" && test "$$a" = "$$b" && test "$$b" = "$$c" && test "$$c" = "$$d"

bars: bench stubs determinism ## all the bars: bench, stubs, determinism, and the zoo with 10,000 worlds of each correct twin
	$(MAKE) zoo ZOO=-zoo.twins=10000

digests: ## the pinned worlds keep their digests
	$(GO) test ./suites/digests -count=1
