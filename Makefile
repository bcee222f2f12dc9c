# Two commands do all the set-up themselves:
#   make app     opens the page at http://localhost:8501
#   make test    runs every check, and every test that is not slow (pyproject.toml says which are)
#   make test-all  runs the slow ones too: before a release
#   make sheets PHOTOS=folder  draws every procedure on a folder of people, with alarms, into sheets/
# make app PYTHON=python3.12 picks another Python, PYTORCH=default or PYTORCH=cpu the build of PyTorch.
# GNU make 3.81 or later.

PY = .venv/bin/python
PIP = $(PY) -m pip install --quiet --disable-pip-version-check

.PHONY: app test test-all format clean fuzz lock sbom audit sheets

app: .venv/app.stamp
	$(PY) -m streamlit run streamlit_app.py

# Browsers are driven by one of the processes, from the start; it waits half of the time.
TESTS = $(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test: .venv/test.stamp
	@.ci/provide browser
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(TESTS)

test-all: test
	$(TESTS) -m slow

format: .venv/test.stamp
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# Every procedure at usual and largest dose on a folder of people, to look at before a release.
OUT = sheets
sheets: .venv/test.stamp
	@test -n "$(PHOTOS)" || { echo "Name a folder of photos: make sheets PHOTOS=folder"; exit 2; }
	$(PY) -m benchmarks.sheets "$(OUT)" $(PHOTOS)

# What strangers may send, a little wrong, a million times each; some forty minutes on two cores.
fuzz: .venv/test.stamp
	$(PY) -m tests.fuzz.photos --count 1000000
	$(PY) -m tests.fuzz.plans --count 1000000

# What the product is made of: hashes of its packages, its parts list, its licences and known holes.
lock: .venv/supply.stamp
	@.ci/lock

sbom: .venv/supply.stamp
	@$(PY) .ci/supply.py sbom sbom.json

audit: .venv/supply.stamp
	@$(PY) .ci/supply.py audit

clean:
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# The stamps are re-made only when the lists of packages, or the Python behind the link, change.
.venv/app.stamp: requirements.txt requirements-hashes.txt requirements-model.txt constraints.txt .venv/bin/python
	@.ci/provide libraries
	@echo "Installing the pinned packages (a few minutes the first time)."
	@PYTORCH="$(PYTORCH)" .ci/provide pytorch
	@$(PIP) --no-deps --require-hashes -r requirements-hashes.txt
	@$(PIP) -r requirements.txt  # PyTorch, if it is not there yet, and what its build brings
	@$(PIP) --no-deps -r requirements-model.txt
	@touch $@

.venv/test.stamp: requirements-dev.txt requirements-hub.txt requirements-training.txt .venv/app.stamp
	@echo "Installing what the tests need."
	@$(PIP) -r requirements-dev.txt
	@touch $@

.venv/supply.stamp: requirements-supply.txt .venv/app.stamp
	@echo "Installing what looks through the packages."
	@$(PY) -m venv --clear .venv/supply
	@.venv/supply/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-supply.txt
	@touch $@

.venv/bin/python:
	@PYTHON="$(PYTHON)" .ci/provide environment
