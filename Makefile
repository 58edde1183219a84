# make demo   builds a knowledge graph from the texts in examples/corpus
# make test   runs the tests, the ones on a real Bolt server included
# make check  is what CI wants of the code: format, lint, types

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# a server that is named has one database
PROCESSES = $(if $(NEO4J_URI),0,auto)

export TOKENIZERS_PARALLELISM = false
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test check clean

demo: $(VENV)/.installed
	$(BIN)/kg-docre build examples/corpus --store kg.sqlite --to kg.html --to kg.ttl --to kg.graphml

# as many processes as cores
test: export OMP_NUM_THREADS = 1
test: $(VENV)/.tested
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --maxprocesses 8 --dist loadfile

check: $(VENV)/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml .ci/constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -c .ci/constraints.txt -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/python -m pip install -q -c .ci/constraints.txt -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info kg.sqlite* kg.html kg.ttl kg.graphml
