#!/usr/bin/env bash
# How long a command takes to answer, beside a bare JVM that makes the same call: `./sluice list -o json` against one
# compiled class with java.net.http, in turn, ROUNDS times. Needs a service (SLUICE_URL, else the local one).
set -euo pipefail
cd "$(dirname "$0")"
ROOT=$(cd ../.. && pwd)
ROUNDS=${1:-20}
URL=${SLUICE_URL:-http://127.0.0.1:8420}

die() { echo "$2" >&2; exit "$1"; }
# shellcheck source=scripts/jdk.sh
. "$ROOT/scripts/jdk.sh"
find_jdk
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
"$JAVA_HOME/bin/javac" -d "$classes" Get.java
"$ROOT/sluice" list -o json >"$classes/first" # builds, and says where no service answers

milliseconds() {
  local begun
  begun=$(date +%s%N)
  "$@" >/dev/null
  echo $((($(date +%s%N) - begun) / 1000000))
}

for ((round = 0; round < ROUNDS; round++)); do
  milliseconds "$JAVA_HOME/bin/java" -cp "$classes" Get "$URL/api/v1/sweeps?limit=50" >>"$classes/bare"
  milliseconds "$ROOT/sluice" list -o json >>"$classes/sluice"
done
for what in bare sluice; do
  sort -n "$classes/$what" | awk -v what="$what" '{ ms[NR] = $1 }
    END { printf "%-7s median %d ms, fastest %d, slowest %d (%d runs)\n", what, ms[int((NR + 1) / 2)], ms[1], ms[NR], NR }'
done
