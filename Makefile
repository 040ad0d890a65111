# Everything a newcomer types. `make demo` on a fresh machine needs Python 3.11 or newer and make.

UV_VERSION := 0.13.9
READY := .venv/.ready
BIN := .venv/bin

.PHONY: help demo up down status logs clean test check fix walk bench year faults-year

help:
	@echo "make demo    架空の事例で全体を動かす / play synthetic cases through the whole system"
	@echo "make up      起動 / start        make down    停止 / stop"
	@echo "make status  状態 / health       make logs    ログ / logs      make clean  データを消す / forget"
	@echo "make test    試験 / tests        make check   検査 / lint and types    make fix  整形 / format"
	@echo "make year    一年分の実績 / a whole fiscal year      make walk, make faults-year, make bench    長い検査と計測 / longer checks"

demo up down status logs clean: $(READY)
	@$(BIN)/kasane $@

test: $(READY)
	$(BIN)/pytest -n 2 --dist load --ignore=tests/faults --ignore=tests/bench

# Random ways of a case that nobody has walked before, for some minutes.
walk: $(READY)
	KASANE_WALKS=$(or $(WALKS),100) $(BIN)/pytest -n 0 -s tests/machine

# 令和6年度, written from the plan's table, sent over the API, and compared with it.
year: $(READY)
	@$(BIN)/kasane year --lines $(or $(LINES),days)

# The same while every process on the way is killed again and again.
faults-year: $(READY)
	$(BIN)/pytest -n 0 -s tests/faults/test_a_year_through_faults.py

# Speed, each beside a bare baseline of the same minute: read the ratios. Takes some ten minutes.
bench: $(READY)
	$(BIN)/python -m tests.bench.figures
	$(BIN)/python -m tests.bench.casework
	$(BIN)/python -m tests.bench.year

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The virtual environment, exactly as the lock file says. A warm one costs nothing.
$(READY): uv.lock pyproject.toml
	@python=; \
	for each in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$each -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; \
		then python=$$each; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11〜3.14 が見つかりません / Python 3.11 to 3.14 is needed and was not found" >&2; exit 2; \
	fi; \
	if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "$$python に venv と ensurepip がありません(Debian では apt install python3-venv)" \
			"/ $$python lacks venv and ensurepip (on Debian: apt install python3-venv)" >&2; exit 2; \
	fi; \
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then $$python -m venv --clear .venv || exit 2; fi; \
	if [ "$$($(BIN)/uv --version 2>/dev/null | cut -d' ' -f2)" != "$(UV_VERSION)" ]; then \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)" || exit 2; \
	fi
	@unset VIRTUAL_ENV; UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv \
		$(BIN)/uv sync --frozen --inexact --python $(BIN)/python
	@touch $@
