#!/usr/bin/env bash
# Several objectives: runs our searchers, or reports results. Says what it takes when called with nothing.
#   multi.sh run SEARCHER TRIALS SEEDS HALF|PROBLEM FILE
#   multi.sh check | PYTHON peers/multi.py check
#   multi.sh report HALF BUDGETS FILE...
set -euo pipefail
# shellcheck source=bench/search/build.sh
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"
[ $# -gt 0 ] || die 2 "multi.sh run SEARCHER TRIALS SEEDS HALF FILE, multi.sh check, or multi.sh report HALF BUDGETS FILE..."
build_bench
case $1 in
  report) exec "$JAVA_HOME/bin/java" -cp "$BENCH_CLASS_PATH" dev.sluice.bench.search.multi.MultiReport "${@:2}" ;;
  *) exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -cp "$BENCH_CLASS_PATH" dev.sluice.bench.search.multi.MultiBench "$@" ;;
esac
