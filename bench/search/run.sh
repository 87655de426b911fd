#!/usr/bin/env bash
# The search benchmark. Commands:
#   run.sh ours [--search NAME] [--options a=1,b=2] [--pruning NAME] [--pruning-options min=1,max=epochs] [--name NAME]
#          [--problems all|tuning|reporting|curves|NAME,..] [--seeds 0-9] [--trials 200] [--trainings N] [--workers N]
#          runs one searcher of ours, and writes results/NAME.csv
#   run.sh report            reads every file of results/ and writes results/report.md
#   run.sh overhead          how long ask, tell and judge take, beside Optuna and Rustuna (PEERS_PYTHON: a Python that has both)
#   run.sh medians           what random search reaches, as the problems' headers have it
#   run.sh all               all searchers of ours, then the report
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"
build_bench
HERE="$ROOT/bench/search"

program() {
  local name=$1
  shift
  # shellcheck disable=SC2086
  nice -n 5 "$JAVA_HOME/bin/java" ${SLUICE_BENCH_JAVA_OPTIONS:--Xmx1g -XX:+UseSerialGC} -cp "$BENCH_CLASS_PATH" \
    "dev.sluice.bench.search.$name" "$@"
}

ours() {
  program Runner --tables "$HERE/tables" --results "$HERE/results" "$@"
}

report() {
  program Report --tables "$HERE/tables" --results "$HERE/results" "$@"
}

command=${1:-}
[ $# -gt 0 ] && shift
case $command in
  ours) ours "$@" ;;
  report) report "$@" ;;
  medians) program RandomMedian "$HERE/tables" ;;
  *)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
    ;;
esac
