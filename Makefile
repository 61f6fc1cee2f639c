# Everything here can be called twice; what is already there is left alone.

PYTHON ?= python3
# The service's Python must be one that the user anprd may run: Debian's own, where there is one and no other is named.
SYSTEM_PYTHON ?= $(if $(filter file,$(origin PYTHON)),$(firstword $(wildcard /usr/bin/python3) $(PYTHON)),$(PYTHON))
PREFIX := /opt/anprd
INPUTS ?= 100000
PIP := -m pip --disable-pip-version-check install --quiet
SOURCES := pyproject.toml README.md LICENSE

TEST_PACKAGES := redis-server python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
	gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly

.DELETE_ON_ERROR:
.PHONY: help run test test-systemd chaos soak fuzz compare-trackers sbom audit lint format train-env system-packages lock install uninstall clean

help: ## Say what there is.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.installed ## Set up .venv and run the demo: a clip as a camera, an embedded Redis, plates as they are confirmed.
	@echo "make run: anprd run -c config/demo.yaml   (Ctrl-C ends it)"
	@echo "make run: in another terminal try"
	@echo "make run:   .venv/bin/anprd status -c config/demo.yaml"
	@echo "make run:   .venv/bin/anprd events -c config/demo.yaml --follow"
	@exec .venv/bin/anprd run -c config/demo.yaml

test: system-packages .venv/.test-installed .venv-train/.installed ## Set up what tests need, system packages too where root, and run them.
	.venv/bin/python -m pytest

test-systemd: system-packages .venv/.test-installed ## Install and run the service under a real systemd in a container (root).
	@sh tools/debian-packages systemd-container
	ANPRD_TEST_SYSTEMD=1 .venv/bin/python -m pytest tests/integration/test_systemd.py

MINUTES ?= 5
SEED ?= 1
CAMERAS ?= 4
chaos: system-packages .venv/.test-installed ## Break everything for MINUTES=5, in an order that SEED=1 draws, and count what was lost.
	.venv/bin/python -m tests.chaos.run --minutes $(MINUTES) --seed $(SEED) --cameras $(CAMERAS) --json var/chaos/report-$(SEED).json

HOURS ?= 12
RECONNECTS ?= 2000
soak: system-packages .venv/.test-installed ## Run one worker through HOURS=12 of film and RECONNECTS=2000, and look for leaks.
	.venv/bin/python -m tests.chaos.soak --hours $(HOURS) --reconnects $(RECONNECTS) --json var/chaos/soak.json

fuzz: .venv/.test-installed ## Feed the program INPUTS broken inputs (100000 unless told), made from SEED; some minutes.
	.venv/bin/python -m tests.fuzz.run --inputs $(INPUTS) --seed $(SEED)

# --no-deps, as in the training environment, which has the rest.
COMPARED := trackers==2.6.1 supervision==0.31.2 pydeprecate==0.13.0 defusedxml==0.7.1 tqdm==4.70.1 lap==0.5.13
compare-trackers: .venv-train/.installed ## Compare trackers on the same plates at 25 to 3 looks a second; half an hour the first time.
	.venv-train/bin/python $(PIP) --no-deps $(COMPARED)
	.venv-train/bin/python -m tests.comparison.run --folder var/comparison --json var/comparison/result.json

sbom: .venv/.installed ## Write sbom.cdx.json: what the service is made of, networks included (CycloneDX).
	.venv/bin/python tools/sbom.py requirements.lock >sbom.cdx.json

audit: ## Ask the vulnerability service of PyPI about every locked package; it must be reachable.
	@sh tools/audit $(PYTHON)

lint: .venv/.test-installed ## Style, types and the direction of imports.
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

format: .venv/.test-installed ## Lay the code out anew.
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

train-env: .venv-train/.installed ## Set up .venv-train, which trains and exports networks (about 6 GB).

system-packages: ## Install what the tests need from Debian, where root; no service is started.
	@sh tools/debian-packages $(TEST_PACKAGES)

.venv/.installed: requirements.lock $(SOURCES)
	@echo "make: setting up .venv (600 MB)"
	@sh tools/venv $(PYTHON) .venv
	.venv/bin/python $(PIP) --only-binary :all: --require-hashes -r requirements.lock
	.venv/bin/python $(PIP) --no-deps --no-build-isolation -e .
	@.venv/bin/python -m compileall -q anprd  # pip does so for what it copies, not for what it only points to
	@touch $@

.venv/.test-installed: requirements-test.lock .venv/.installed
	@echo "make: adding the test tools to .venv"
	.venv/bin/python $(PIP) --only-binary :all: --require-hashes -r requirements-test.lock
	@touch $@

# --no-deps: the lock is complete, and has OpenCV without the windows that ultralytics would bring (they need X11).
.venv-train/.installed: requirements-train.lock $(SOURCES)
	@echo "make: setting up .venv-train (6 GB; takes some minutes)"
	@sh tools/venv $(PYTHON) .venv-train
	.venv-train/bin/python $(PIP) --no-deps --require-hashes -r requirements-train.lock
	.venv-train/bin/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

lock: ## Choose the newest allowed versions and write the three lock files.
	sh tools/lock $(PYTHON)

install: ## Install the service (root): /opt/anprd, the user anprd, the unit, /etc/anprd/cameras.yaml if there is none.
	@sh tools/install "$(SYSTEM_PYTHON)" "$(PREFIX)"

uninstall: ## Remove the service (root); the configuration and the data stay.
	@sh tools/uninstall "$(PREFIX)"

clean: ## Remove the environments, caches and the demo's data.
	rm -rf .venv .venv-train var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
