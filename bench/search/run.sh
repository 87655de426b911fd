#!/usr/bin/env bash
# The search benchmark. Commands:
#   run.sh ours [--search NAME] [--options a=1,b=2] [--pruning NAME] [--pruning-options min=1,max=epochs] [--name NAME]
#          [--problems all|tuning|reporting|curves|NAME,..] [--seeds 0-9] [--trials 200] [--trainings N] [--workers N]
#          runs one searcher of ours, and writes results/NAME.csv.gz
#   run.sh report [--problems reporting|tuning] [--main sluice-auto] [--out FILE]
#          reads every file of results/ and prints what they say
#   run.sh overhead          how long ask, tell and judge take, beside Optuna and Rustuna (PEERS_PYTHON: a
#          Python that has both; else one is made by peers/install.sh), and 100,000 trials in 2 GiB
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

# Ours first, each in a JVM of its own, then the peers, in one go so that both meet the same machine.
overhead() {
  local lines="$HERE/overhead.csv" python=${PEERS_PYTHON:-}
  if [ -z "$python" ]; then
    "$HERE/peers/install.sh" optuna >&2
    python=${SLUICE_PEERS:-${SLUICE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}/peers}/optuna/bin/python
  fi
  local SLUICE_BENCH_JAVA_OPTIONS="-Xmx2g -XX:+UseSerialGC" sampler
  {
    for sampler in random tpe genetic; do program Overhead ask "$sampler" 10000; done
    program Overhead ask gp 100
    program Overhead ask gp 1000
    for pruner in asha median; do program Overhead judge "$pruner" 10000 100; done
    for sampler in random tpe genetic; do program Overhead many "$sampler" 100000; done
    OMP_NUM_THREADS=1 nice -n 5 "$python" "$HERE/overhead.py" "$@"
  } | tee "$lines.part" >&2
  mv "$lines.part" "$lines"
  program Overhead table "$lines"
}

# All that the report needs of ours. The peers' files are made by peers/run.py.
all() {
  local sampler
  for sampler in auto gp tpe cmaes genetic random sobol; do ours --search "$sampler"; done
  ours --search auto --workers 8
  report --out "$HERE/report.md"
  report --problems tuning --out "$HERE/report-tuning.md"
}

command=${1:-}
[ $# -gt 0 ] && shift
case $command in
  ours) ours "$@" ;;
  report) report "$@" ;;
  overhead) overhead "$@" ;;
  all) all ;;
  medians) program RandomMedian "$HERE/tables" ;;
  *)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
    ;;
esac
