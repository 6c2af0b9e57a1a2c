# make help lists the targets. Prerequisites: make, git, Python >= 3.11, network.
.POSIX:
.PHONY: help run smoke test test-slow test-fresh bench lint clean
.DEFAULT_GOAL := help

VENV = $${TAUSCOPE_VENV:-.venv}
BIN = $(VENV)/bin
PRESET =
ARGS =

help:
	@echo "make run         start the window (without a display: run the default preset headless)"
	@echo "                 make run PRESET=horizon, make run ARGS='run horizon --ticks 1000'"
	@echo "make smoke       the learning loop in seconds: two short logs and what they suggest"
	@echo "make test        lint, types, layers and the quick tests: what CI runs"
	@echo "make test-slow   the slow tests too, on each Python 3.11, 3.12 and 3.13 of this machine;"
	@echo "                 it installs programs of other projects that must read our recordings"
	@echo "make test-fresh  make run and make test in a new minimal Debian (root; needs debootstrap)"
	@echo "make bench       benchmarks, as ratios to their peers in the same run"
	@echo "make lint        ruff, mypy --strict and import-linter alone"
	@echo "make clean       remove caches and builds; the environment .venv stays"

run:
	@sh tools/bootstrap.sh run
	@exec $(BIN)/tauscope $(PRESET) $(ARGS)

smoke:
	@sh tools/bootstrap.sh run
	@$(BIN)/python -m tauscope.app.smoke

lint:
	@sh tools/bootstrap.sh test
	@status=0; for tool in "ruff check" mypy "lint-imports --no-logo"; do \
		echo "$$tool"; $(BIN)/$$tool || status=1; done; exit $$status

# The tests run after a failed lint too, so that one run tells everything.
test:
	@sh tools/bootstrap.sh test
	@status=0; $(MAKE) --no-print-directory lint || status=1; \
		$(BIN)/python -m pytest -n 2 --dist worksteal --benchmark-disable $(ARGS) || status=1; exit $$status

test-slow:
	@sh tools/test_slow.sh $(ARGS)

bench:
	@sh tools/bootstrap.sh test
	$(BIN)/python -m pytest tests/benchmarks -m benchmark -s --durations=0 $(ARGS)

test-fresh:
	@sh tools/fresh.sh

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find app engine gpu presets resources tests tools widgets -name __pycache__ -prune -exec rm -rf {} +
