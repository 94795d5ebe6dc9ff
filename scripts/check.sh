#!/bin/sh
# All that CI runs, in the order in which a mistake shows soonest. `check.sh lint types` runs only those parts.
# Every part runs even when one before it failed; the table at the end says which, and how long each took.
cd "$(dirname "$0")/.." || exit 1
BIN="$PWD/.venv/bin"
unset PYTHONDONTWRITEBYTECODE # each step is a process: compiled once is seconds saved
PATH="$BIN:$PATH"
export PATH
if [ ! -x "$BIN/pytest" ]; then
    echo "The development environment is not there yet: run \`make setup-dev\` (or: python3 scripts/bootstrap.py --dev)." >&2
    exit 1
fi
workers=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
[ "$workers" -gt 4 ] && workers=4
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT
mkdir -p "$log/data/static"
certificates=/etc/ssl/certs/ca-certificates.crt # Node looks at its own list only
[ -f $certificates ] && export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$certificates}"
trap 'exit 130' INT TERM
failed=0

step() { # step NAME COMMAND...
    name=$1
    shift
    printf '\n== %s\n' "$name"
    began=$(date +%s)
    "$@" </dev/null >"$log/out" 2>&1
    code=$?
    took=$(($(date +%s) - began))
    cat "$log/out"
    closing=$(grep -E '(passed|failed|errors?|deselected|no tests ran).* in [0-9.]+s' "$log/out" | tail -n 1 | tr -d '=')
    if [ $code -eq 0 ]; then verdict=ok; else verdict=FAILED; failed=1; fi
    printf '%-10s %4ds  %-34s %s\n' "$verdict" "$took" "$name" "$closing" >>"$log/table"
}

lint() {
    step "format" ruff format --check .
    step "style" ruff check .
    step "layers" lint-imports
    step "house rules" python -m scripts.lints
}
types() { step "types (mypy, strict)" mypy; }
generated() {
    step "migrations are written" env ALLEARS_DATA="$log/data" python -m django makemigrations --check --dry-run --settings allears.settings
    step "system checks" env ALLEARS_DATA="$log/data" python -m django check --settings allears.settings --fail-level WARNING
    step "translations are complete" python scripts/messages.py --check
    step "generated docs are fresh" python scripts/docs.py --check
    step "front-end assets are fresh" python scripts/assets.py --check
}
# The parts of the suite differ in what they start: nothing, PostgreSQL, real servers, a Spark cluster, a browser.
unit() { step "tests, SQLite" pytest -q -n "$workers" -m "not (browser or server or sdk or slow or spark or postgres)"; }
postgres() { step "tests, PostgreSQL" pytest -q -n "$workers" --pg -m "not (browser or server or sdk or slow or spark)"; }
# What starts servers mostly waits for them, so two files run beside each other; more would wait for the cores.
pair=$workers
[ "$pair" -gt 2 ] && pair=2
servers() {
    step "tests, real servers" pytest -q -n "$pair" --dist loadfile -m "(server or sdk or slow) and not browser" --ignore tests/durability
    step "tests, kills" pytest -q -m "(server or sdk or slow) and not browser" tests/durability # measured in seconds: alone
}
spark() {
    [ -n "$ALLEARS_SPARK_VENV" ] || step "Spark for the tests" python3 scripts/bootstrap.py --spark
    step "tests, Spark cluster" pytest -q -m spark
}
browser() { step "tests, browser" pytest -q -m browser; }

unset DJANGO_SETTINGS_MODULE # with it, pytest would read the settings before it has chosen data folder and database
for part in ${*:-lint generated types unit postgres servers spark browser}; do
    case $part in
    lint | generated | types | unit | postgres | servers | spark | browser) "$part" ;;
    *) echo "unknown part: $part (lint generated types unit postgres servers spark browser)" >&2; exit 2 ;;
    esac
done

printf '\n'
cat "$log/table"
[ $failed -eq 0 ] && printf '\nAll checks passed.\n'
exit $failed
