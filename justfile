# `just` lists these. They are what README.md and .ci/run call, by name.

python := ".venv/bin/python"

default:
    @just --list

# an environment with everything the tests need
setup:
    python3 -m venv .venv
    {{python}} -m pip install -e ".[test]"

# everything CI runs: lint, types, import contracts and tests
check:
    {{python}} -m pytest -n 2 --dist loadfile

# the same, without the checks of the house
test *ARGS:
    {{python}} -m pytest --ignore tests/test_house.py {{ARGS}}

# minutes, not seconds: memory over an hour of song, kills, published sizes
slow:
    {{python}} -m pytest -m slow --timeout 3600

# format and mend what can be mended
format:
    {{python}} -m ruff format .
    {{python}} -m ruff check --fix .

# speed, as ratios in one run
benchmark:
    for file in tests/benchmarks/bench_*.py; do {{python}} $file; done

# compose and render the demo song again
demo:
    {{python}} resources/demo/compose.py
