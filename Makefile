# The front door: `make demo`, `make test`, `make up`. Each installs first what the machine lacks.

export PATH := $(HOME)/.cargo/bin:$(PATH)

# A recording to play in `make demo` instead of the generated show, and how fast.
RECORDING ?=
SPEED ?=

# Where cargo puts what it builds; the demo has a profile that is optimised and quick to link.
TARGET := $(or $(CARGO_TARGET_DIR),target)
MATINEE := $(TARGET)/demo/matinee

.PHONY: help setup build demo up test check

help:
	@echo 'make demo     play a show through the whole system and compare what every part counted'
	@echo '              RECORDING=file.ndjson plays a recorded room, SPEED=n sets the speed'
	@echo 'make up       run everything on this machine until Ctrl-C'
	@echo 'make test     check and test everything'
	@echo 'make setup    only install what is missing'

setup:
	@scripts/setup.sh

build: setup
	cargo build --locked --profile demo --package matinee

demo: build
	$(MATINEE) demo $(if $(RECORDING),--recording $(RECORDING)) $(if $(SPEED),--speed $(SPEED))

up: build
	$(MATINEE) up

# The quick checks, then the tests. The tests start the program as a process of its own, so it is
# built before.
test: setup check
	scripts/python-tools.sh
	scripts/client-tools.sh
	cargo build --locked --package matinee
	cargo test --locked --workspace

check: setup
	cargo xtask tidy
	cargo fmt --all -- --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
