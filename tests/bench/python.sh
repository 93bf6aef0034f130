#!/bin/sh
# Makes the Python environment of the benchmarks, with pinned versions: python.sh FOLDER [PYTHON]
# Then: npm run -s bench -- --model FOLDER --python FOLDER/bin/python
set -eu
here=$(dirname "$0")
"${2:-python3}" -m venv "$1"
"$1/bin/python" -m pip install --requirement "$here/requirements.txt"
