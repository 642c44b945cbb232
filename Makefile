# make demo: the graph of the sample articles, in exports/. make test: the tests. Both set up .venv once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml README.md LICENSE \
  $(shell find src ontology -type f ! -path '*/__pycache__/*' | sed 's/ /\\ /g')

.PHONY: demo test clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	$(BIN)/kgraph demo --out exports

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto --dist loadfile

clean:
	rm -rf $(VENV)

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "kgraph needs Python 3.11 or newer; '$(PYTHON)' is not. Name another: make PYTHON=python3.12 demo" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	touch $@

# The package as users get it, not an editable one, so that what is tested is what is shipped.
$(VENV)/.installed: $(VENV)/.made $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check .
	touch $@

$(VENV)/.installed-test: $(VENV)/.made $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[test]'
	touch $@ $(VENV)/.installed
