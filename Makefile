# Set-up needs Python 3.11 to 3.14, make and git; everything else goes into .venv.
#
#   make run    compare the published regime with and without three safeguards
#   make test   the quick tests (make test-all: the slow ones too)

BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile

# Some machines forbid Python to keep what it compiles; every process would compile it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-all lint bench lock clean help
.DEFAULT_GOAL := help

help:
	@echo "make run       compare the published regime with and without three safeguards"
	@echo "make test      run the quick tests"
	@echo "make test-all  run the slow ones too"
	@echo "make lint      check style and types"
	@echo "make bench     measure speed and memory"
	@echo "make lock      choose the newest allowed versions of all packages"
	@echo "make clean     remove .venv and what the tools left"

run: .venv/ready
	@$(BIN)/scoredsociety compare fragmented-2018 \
	    --safeguard notice --safeguard longer-window --safeguard independent-review \
	    --people 100000 --months 120

test: .venv/ready
	$(PYTEST) -m "not slow"

test-all: .venv/ready
	$(PYTEST)

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ready
	@$(BIN)/python benchmarks/bench.py

# The packages come from requirements.lock, each file with its hash; then this project, in place.
.venv/ready: requirements.lock pyproject.toml
	@python=$$(for p in "$$PYTHON" python3 python3.14 python3.13 python3.12 python3.11 python; do \
	    command -v "$$p" >/dev/null 2>&1 && "$$p" -c 'import sys, venv, ensurepip; \
	        sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1 \
	    && echo "$$p" && break; done); \
	if [ -z "$$python" ]; then \
	    echo "This needs Python 3.11, 3.12, 3.13 or 3.14 with its venv module, and found none." >&2; \
	    echo "Install one (on Debian and Ubuntu: python3 and python3-venv), or name it:" >&2; \
	    echo "make PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "Setting up .venv with $$("$$python" --version) (once; a minute or two)"; \
	"$$python" -m venv --clear .venv
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@echo "Compiling the engine (once; a minute or two)"
	@$(BIN)/python -c 'from scoredsociety import simulate; simulate("none", people=1, months=1)'
	@touch $@

export PYTHON

lock: .venv/ready
	@$(PIP) install uv
	@{ sed -n '/^#/!q;p' requirements.lock; \
	   $(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	     --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet; \
	} > requirements.lock.new && mv requirements.lock.new requirements.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
