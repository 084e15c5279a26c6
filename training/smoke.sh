#!/bin/sh
# Renders a handful of scenes, trains every stage for a few steps and asserts that the loss went down. About two minutes.
set -e
cd "$(dirname "$0")/.."
exec "${PYTHON:-python3}" -m pytest -q training/tests "$@"
