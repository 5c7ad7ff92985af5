# One file for everything a person types. `make demo` and `make test` are all a newcomer needs.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
  $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# A site for tests. Without its dependencies: it asks for a greenlet older than gevent can use; ours are in [dev].
HTTPBIN := httpbin==0.10.4
PODMAN_COMPOSE := podman-compose==1.6.0
# Long tests wait for other processes: three at once suit two cores. Those that judge moments come afterwards, one by one.
TESTS_AT_ONCE ?= 3
# Modules with C types are compiled while setting up, where there is a C compiler; made again when one has changed.
C_TYPES := $(shell find hms_esr -name '*.pxd')
COMPILED := setup.py $(C_TYPES) $(C_TYPES:.pxd=.py)

.PHONY: help setup setup-dev demo test coverage check format bench soak containers compose-secrets docs lock clean

help:
	@echo "make demo    set up .venv, rehearse 500 farmers against the embedded city, print verdict and report"
	@echo "make test    format, lint, types, layers, then every test"
	@echo "make setup   only set up .venv; hms-esr is then $(BIN)/hms-esr"
	@echo "make check   format, lint, types, layers       make format  apply the formatter"
	@echo "make coverage  every test with its branches counted; BASE=figures.json compares with another commit's"
	@echo "make bench   speed beside its peers            make soak    long, seeded endurance tests"
	@echo "make containers  the cluster of docker-compose.yml for real, with podman"
	@echo "make compose-secrets  what docker compose up needs once"
	@echo "make docs    reference pages from the code     make lock    tested versions again"
	@echo "make clean   remove everything that was made, results too"

$(VENV)/.python:
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' 2>/dev/null \
	  || { echo "Python 3.11 or newer is needed and was not found. Name it: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "This Python cannot make virtual environments: install its venv package (python3-venv on Debian and Ubuntu)."; exit 1; }
	@touch $@

$(VENV)/.ready: $(VENV)/.python pyproject.toml requirements.lock $(COMPILED)
	@$(PIP) install --constraint requirements.lock --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.python pyproject.toml requirements.lock $(COMPILED)
	@$(PIP) install --constraint requirements.lock --editable '.[dev]'
	@$(PIP) install --no-deps $(HTTPBIN)
	@touch $(VENV)/.ready $@

setup: $(VENV)/.ready

setup-dev: $(VENV)/.ready-dev

demo: setup
	@$(BIN)/hms-esr run scenarios/schedule_f.yml

check: setup-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

test: check
	@$(BIN)/python -m pytest --numprocesses $(TESTS_AT_ONCE) --dist worksteal -m 'not soak and not alone and not containers'
	@$(BIN)/python -m pytest -p tests.interpreted --numprocesses 2 --dist worksteal -m 'not soak and not alone and not own_process' tests/engine tests/http tests/html
	@$(BIN)/python -m pytest -m 'alone and not soak' tests/rehearsals

# The engine as Python reads it, because C code is not seen; the next setup compiles it again. Tests are slower here, and
# some refuse to be watched: whether they pass is what make test says. Compare: make coverage BASE=/elsewhere/figures.json
coverage: setup-dev
	@find hms_esr -name '*.so' -delete
	@rm -rf $(VENV)/.ready $(VENV)/.ready-dev build/coverage && mkdir -p build/coverage
	-@$(BIN)/python -m coverage run -m pytest -p tests.covered --numprocesses $(TESTS_AT_ONCE) --dist worksteal -m 'not soak and not alone and not containers'
	@$(BIN)/python -m coverage combine --quiet && $(BIN)/python -m coverage json --quiet
	@$(BIN)/python -m tests.covered build/coverage/figures.json $(BASE)

format: setup-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# Wants two quiet cores. One benchmark: make bench BENCH="--only get --rounds 5"; an older commit: BENCH="--against HEAD~1"
bench: setup-dev
	@$(BIN)/python -m benchmarks $(BENCH)

soak: setup-dev
	@$(BIN)/python -m pytest -m soak

# Wants podman, runc, catatonit, netavark, aardvark-dns, debootstrap, influxdb, curl, and the rights to use them (root).
containers: setup-dev
	@$(PIP) install $(PODMAN_COMPOSE)
	@$(BIN)/python -m pytest -m containers tests/containers

compose-secrets:
	@sh compose/make-secrets.sh

docs: setup-dev
	@$(BIN)/python docs/generate.py
	@$(BIN)/python -m benchmarks._sizing
	@$(BIN)/hms-esr k8s run scenarios/schedule_f.yml --workers 2 --max-workers 4 --run-id example --render > k8s/run/run.yaml

lock:
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install '.[dev]'
	@{ sed -n '/^#/p' requirements.lock; build/lock/bin/python -m pip freeze --exclude hms-esr; } > build/requirements.lock
	@mv build/requirements.lock requirements.lock && rm -rf build/lock

clean:
	@rm -rf $(VENV) build dist results *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find hms_esr -name '*.so' -delete
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
