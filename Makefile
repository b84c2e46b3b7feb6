# make run    build what is missing and bring the whole line up: PXE, installation, Puppet, Keystone
# make stop   end exactly what make run started
# make cluster, make stop-cluster   the same for a highly available cloud of containers
# make test-ha   three controllers and what happens to them: long, so no part of make test
# make test-cloud   a controller with all services and a compute machine, used as by their users
# make test-roles   network, compute and volume machines beside a controller
# make test-orders   restart, wipe, reinstallation and replacement of machines
# make test   all tests: fast ones first, then the real line
# make fast   the fast ones: no root, no images, no virtual machines
# make test-matrix  disks and networks of installed systems, on many virtual machines (long)
# make check  formatting, lint and types

PYTHON   ?= python3
VENV     := .venv
BIN      := $(VENV)/bin
LIST     := src/ocinstaller/lab/packages.txt
PACKAGES  = $(shell sed 's/ *\#.*//' $(LIST))

# Of the tests that need nothing but processes of their own; two at a time.
FAST     := not (line or images or root or schemathesis)

.PHONY: run stop cluster stop-cluster test test-ha test-cloud test-roles test-orders fast test-matrix check

run: $(VENV)/.installed
	$(BIN)/oci-lab up

cluster: $(VENV)/.installed
	$(BIN)/oci-lab --name oci-cluster --directory .state/cluster --shared .state up --scenario ha

stop-cluster: $(VENV)/.installed
	$(BIN)/oci-lab --name oci-cluster --directory .state/cluster --shared .state stop

stop: $(VENV)/.installed
	$(BIN)/oci-lab stop

test: fast
	$(BIN)/pytest -m "not ($(FAST)) and not matrix"

fast: $(VENV)/.installed
	$(BIN)/pytest -n 2 -m "$(FAST)"

test-ha: $(VENV)/.installed
	OCI_TEST_HA=yes $(BIN)/pytest tests/e2e/test_ha.py

test-cloud: $(VENV)/.installed
	OCI_TEST_CLOUD=yes $(BIN)/pytest -s tests/e2e/test_cloud.py

test-roles: $(VENV)/.installed
	OCI_TEST_ROLES=yes $(BIN)/pytest -s tests/e2e/test_roles.py

test-orders: $(VENV)/.installed
	OCI_TEST_ORDERS=yes $(BIN)/pytest tests/e2e/test_orders.py

test-matrix: $(VENV)/.installed
	$(BIN)/pytest -m matrix

check: $(VENV)/.installed
	$(BIN)/ruff format --check src tests bench docs puppet
	$(BIN)/ruff check src tests bench docs puppet
	$(BIN)/mypy

.state/packages: $(LIST)
	missing=$$(for package in $(PACKAGES); do \
	  dpkg-query --show --showformat='$${db:Status-Status}\n' $$package 2>/dev/null \
	    | grep -qx installed || echo $$package; done); \
	if [ -n "$$missing" ]; then \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -q -y --no-install-recommends $$missing; \
	fi
	mkdir -p .state
	touch $@

$(VENV)/.installed: pyproject.toml constraints.txt .state/packages
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@
