# Every target is a door to a script; the logic is theirs. STACK names the stack, dev unless said otherwise.
STACK ?= dev
export STACK

.PHONY: help env up preview refresh destroy status doctor support kubeconfig backup shell test test-all check e2e e2e-all faults cis conformance timeline bench lock docs

help: ## list what can be made
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/; s/\$$\$$/$$/' | expand -t 14

env: ## obtain all that a stack needs, and print the settings for plain pulumi: eval "$$(make --silent env)"
	@toolchain/setup $(STACK) shell

up: ## build the cluster, or bring it to what the configuration says
	@cli/keelson up --stack $(STACK)

preview: ## say what up would change, and change nothing; DIFF=1 shows every value
	@cli/keelson preview --stack $(STACK) $(if $(DIFF),--diff)

refresh: ## compare the state with what is really there
	@cli/keelson refresh --stack $(STACK)

destroy: ## take the cluster away; machines are left as they were found
	@cli/keelson destroy --stack $(STACK)

status: ## show nodes, pods and whether nginx answers
	@cli/keelson status --stack $(STACK)

doctor: ## look at a living stack from outside, and say what is not well and what to do; changes nothing
	@cli/keelson doctor --stack $(STACK)

support: ## collect what a maintainer needs in one file under .keelson/support, without secrets
	@cli/keelson support --stack $(STACK)

kubeconfig: ## write the administrator's kubeconfig to a file of mode 0600
	@cli/keelson kubeconfig --stack $(STACK)

backup: ## back etcd up now, besides what its timer does
	@cli/keelson backup --stack $(STACK)

shell: ## log in on one machine: make shell MACHINE=worker-1
	@cli/keelson shell --stack $(STACK) $(if $(MACHINE),--machine $(MACHINE))

test: ## unit, golden, script and plugin tests, lint, types and format; no root, no Docker
	@toolchain/test

test-all: ## make test, with runs that are killed at each of their steps, and not at some
	@toolchain/test all

check: ## lint, types and format alone
	@toolchain/check

e2e: ## real clusters on machines of this computer: the suites that every change must pass
	@toolchain/e2e

e2e-all: ## every suite of real clusters, and a table of their tests in docs/e2e.md
	@toolchain/e2e all

faults: ## do to a cluster what people report, and say what came of it; WRITE=1 writes docs/faults.md as well, RESUME=1 does what has not ended as expected, ONLY= does those whose names match
	@toolchain/faults $(if $(WRITE),--write) $(if $(RESUME),--resume) $(if $(ONLY),--only "$(ONLY)")

cis: ## what the CIS benchmark finds on each machine of a stack; WRITE=1 writes docs/cis.md as well
	@toolchain/cis $(STACK) $(if $(WRITE),--write)

conformance: ## Kubernetes' own conformance tests on a stack that is up; WRITE=1 writes docs/conformance.md, RESUME=1 runs what has not passed, FOCUS= names some
	@toolchain/conformance $(STACK) $(if $(WRITE),--write) $(if $(RESUME),--resume) $(if $(FOCUS),--focus "$(FOCUS)")

timeline: ## where each second of the last make up went, as text and as a picture; LOG= reads another record
	@toolchain/timeline $(STACK) $(if $(LOG),--log "$(LOG)")

bench: ## figures, as ratios to a plain script that does the same
	@toolchain/bench

lock: ## add a Kubernetes release to the artifact lock: make lock VERSION=1.36.4
	@toolchain/setup && node --require ./loader.cjs components/artifacts/addVersion.ts $(VERSION)

docs: ## write docs/configuration.md from the schema
	@toolchain/setup && npm run --silent docs
