#!/usr/bin/env bash
# Evaluates the problems for other programs: JSON lines on stdin and stdout, as Evaluator says. Builds first if it must.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"
build_bench
exec "$JAVA_HOME/bin/java" -Xmx160m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$BENCH_CLASS_PATH" \
  dev.sluice.bench.search.Evaluator "$ROOT/bench/search/tables"
