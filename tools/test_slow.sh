#!/bin/sh
# The slow tests on each Python 3.11, 3.12 and 3.13 that this machine has and that executes.
# The Python that `make test` picks runs the slow tests; the others run the quick ones too.
set -eu
cd "$(dirname -- "$0")/.."

interpreters() {    # one path for each version that works
    for version in 3.11 3.12 3.13; do
        {
            command -v "python$version" || true
            if command -v pyenv >/dev/null 2>&1; then pyenv whence --path "python$version" 2>/dev/null || true; fi
        } | while read -r path; do
            if "$path" -c 'import sys, venv, ensurepip' 2>/dev/null; then echo "$path"; break; fi
        done
    done
}

minor() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

sh tools/bootstrap.sh readers
own=$(minor .venv/bin/python)
tried="$own"
failed=""
echo "=== Python $own: slow tests"
.venv/bin/python -m pytest -m "slow and not benchmark" "$@" || failed="$own"
echo "=== Python $own: readers of other projects"
TAUSCOPE_REQUIRE_READERS=1 .venv/bin/python -m pytest tests/faults/test_readers.py || failed="$own"
for path in $(interpreters); do
    version=$(minor "$path")
    [ "$version" != "$own" ] || continue
    echo "=== Python $version: all tests"
    folder=$PWD/.cache/venv-$version
    tried="$tried $version"
    PYTHON=$path TAUSCOPE_VENV=$folder sh tools/bootstrap.sh test &&
        "$folder/bin/python" -m pytest -m "not benchmark" "$@" || failed="$failed $version"
done
echo "tried Python: $tried"
[ -z "$failed" ] || { echo "failed on Python: $failed"; exit 1; }
