# make demo and make test need Python 3.11 or later, nothing else: they make .venv and fill it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
# Tests run in several processes, one BLAS thread each: BLAS's threads wait by spinning, and would take
# the processors from the other processes.
# pictures go to files there; in a notebook they are to be shown
demo test test-notebooks test-browser test-advice: export MPLBACKEND = Agg

.PHONY: help demo lessons test test-notebooks test-browser test-advice trial export-notebooks lint clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: $(VENV)/installed-demo  ## Set up, learn with fewer and fewer of the weights, draw what was learned
	$(BIN)/lowrankweights demo --out out

lessons: $(VENV)/installed-lessons  ## Set up, copy the lessons to lessons/ (never over your work), open them in Jupyter
	@$(BIN)/lowrankweights course export --to student lessons
	$(BIN)/jupyter lab lessons

test: $(VENV)/installed-test  ## Set up, check the style, run the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal

test-notebooks: $(VENV)/installed-test  ## Run every lesson in full, as students get it and with its solutions
	LOWRANKWEIGHTS_NOTEBOOKS=full $(BIN)/python -m pytest -v --durations=0 tests/teaching/lessons/test_notebooks_run.py

test-advice: $(VENV)/installed-test  ## Race the networks that the advice compares, and try the advice
	LOWRANKWEIGHTS_ADVICE=1 $(BIN)/python -m pytest tests/advice

trial: $(VENV)/installed-test  ## Put the gradient doctor on trial: 300 mistakes, 1000 right gradients (a minute)
	cd tests && ../$(BIN)/python -m doctor_on_trial.trial --draws 300 --correct 1000

export-notebooks: $(VENV)/installed-test  ## For developers: make notebooks/*.ipynb from notebooks/source
	$(BIN)/lowrankweights course export --to student --overwrite notebooks

test-browser: $(VENV)/installed-browser  ## Drive the explorer and the time machine in Chromium
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	  { echo "There is no Chromium here. On Debian: apt install chromium"; exit 1; }
	LOWRANKWEIGHTS_BROWSER=required $(BIN)/python -m pytest tests/web/test_browser.py

lint: $(VENV)/installed-test  ## Mend the style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## Remove what the other targets made
	rm -rf $(VENV) out .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11, or missing: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian: apt install python3-venv"; exit 1; }

$(VENV)/installed-demo: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-lessons: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[notebooks]'
	@touch $@

$(VENV)/installed-test: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/installed-browser: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,browser]'
	@touch $@
