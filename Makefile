# Two commands are all a newcomer needs: `make report` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
SCENARIO ?= address-sharing

.PHONY: report test docs lint types check check-linking-and-attacks check-the-rest notebooks gallery lock clean

report: .venv/run.stamp  ## run the flagship scenario and write its risk report
	$(BIN)/linkage run $(SCENARIO) --out reports/local/$(SCENARIO)

test: .venv/test.stamp lint types check notebooks  ## everything that checks the code

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/test.stamp
	$(BIN)/mypy

# Two halves at once; each prints when it is done.
HALF := tests/attacks tests/calibration tests/linking tests/test_filter_attacks.py linkage/attacks linkage/linking

check: .venv/test.stamp
	$(MAKE) --no-print-directory --output-sync=target --jobs=2 check-linking-and-attacks check-the-rest

check-linking-and-attacks: .venv/test.stamp
	$(BIN)/python -m pytest $(HALF)

check-the-rest: .venv/test.stamp
	$(BIN)/python -m pytest $(HALF:%=--ignore=%)

notebooks: .venv/test.stamp
	$(BIN)/python -m pytest -o addopts= --nbmake --nbmake-timeout=120 notebooks

docs: .venv/test.stamp  ## the documentation site, into build/site
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

gallery: .venv/run.stamp  ## run every shipped scenario again for the committed pictures
	$(BIN)/python reports/gallery.py

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/test.stamp: requirements-test.txt pyproject.toml | .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	touch $@

lock:  ## pin again what pyproject.toml asks for (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml requirements.in --output-file requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra test --extra docs --constraint requirements.txt pyproject.toml requirements.in --output-file requirements-test.txt

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
