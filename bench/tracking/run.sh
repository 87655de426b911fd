#!/usr/bin/env bash
# The tracking benchmark, all in one run beside a real MLflow server of its own:
#     run.sh [record|loop|throughput ...]     all of them without arguments; writes results.csv, which is not kept in git
# PEERS_PYTHON names a Python that has what requirements.txt says; else one is made in the tools folder.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
HERE="$ROOT/bench/tracking"
say() { echo "$*" >&2; }
die() { echo "$2" >&2; exit "$1"; }
# shellcheck source=scripts/jdk.sh
. "$ROOT/scripts/jdk.sh"
find_jdk
export JAVA_HOME
# shellcheck source=scripts/tools.sh
. "$ROOT/scripts/tools.sh"
TOOLS=${SLUICE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
install_mlflow
if [ -z "${PEERS_PYTHON:-}" ]; then
  PEERS_PYTHON=$TOOLS/peers/tracking/bin/python
  if ! cmp -s "$HERE/requirements.txt" "$TOOLS/peers/tracking/installed.txt"; then
    say "Installing MLflow, Optuna and Lightning into $TOOLS/peers/tracking ..."
    "$PYTHON" -m venv "$TOOLS/peers/tracking"
    "$TOOLS/peers/tracking/bin/pip" install --quiet --requirement "$HERE/requirements.txt"
    cp "$HERE/requirements.txt" "$TOOLS/peers/tracking/installed.txt"
  fi
fi
(cd "$ROOT" && mvn -q -B -Pbench -Dfast -DskipTests -pl bench/tracking -am package) >&2
CLASS_PATH="$HERE/target/lib/*:$HERE/target/sluice-bench-tracking-0.1.0-SNAPSHOT.jar"

FOLDER=$(mktemp -d)
PIDS=()
end() {
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || :; done
  wait
  rm -rf "$FOLDER"
}
trap end EXIT

free_port() { "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
PORT=$(free_port)
MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false MLFLOW_DISABLE_TELEMETRY=true "$TOOLS/mlflow-$MLFLOW_VERSION/bin/python" -m mlflow \
  server --host 127.0.0.1 --port "$PORT" --workers 1 --backend-store-uri "sqlite:///$FOLDER/mlflow.db" \
  --artifacts-destination "$FOLDER/artifacts" >"$FOLDER/server.log" 2>&1 &
PIDS+=($!)
SERVER=http://127.0.0.1:$PORT
for _ in $(seq 180); do
  curl -sf "$SERVER/health" >/dev/null && break
  sleep 1
done
curl -sf "$SERVER/health" >/dev/null || { cat "$FOLDER/server.log" >&2; die 1 "MLflow did not start"; }
MOODY_PORT=$(free_port)
"$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC -cp "$CLASS_PATH" dev.sluice.bench.tracking.MoodyServer "$SERVER" "$MOODY_PORT" &
PIDS+=($!)
MOODY=http://127.0.0.1:$MOODY_PORT
for _ in $(seq 30); do
  curl -sf "$MOODY/mood/up" && break
  sleep 1
done

ours() {
  local name=$1
  shift
  ${CORES:+taskset -c "$CORES"} "$JAVA_HOME/bin/java" -Xmx512m --enable-native-access=ALL-UNNAMED -Dai.djl.offline=true -DOPT_OUT_TRACKING=true -cp "$CLASS_PATH" "dev.sluice.bench.tracking.$name" "$@"
}
record() {
  ours Recording "$MOODY"
  "$PEERS_PYTHON" "$HERE/peers.py" record "$MOODY" 2>"$FOLDER/peers.log"
}
# The training process alone on the first core and nothing shipped before it ends, as where service and server are on another machine;
# the service's shipper and the server on the other cores meanwhile; and all on the same cores.
loop() {
  local where batch folder all rest first ship
  all=0-$(($(nproc) - 1))
  for where in elsewhere apart together; do
    if [ "$where" = together ]; then first=$all rest=$all; else first=0 rest=1-${all#0-}; fi
    for pid in "${PIDS[0]}" $(pgrep -P "${PIDS[0]}"); do taskset -acp "$rest" "$pid" >/dev/null; done
    for batch in 64 512; do
      folder=$FOLDER/loop-$where-$batch
      mkdir "$folder"
      if [ "$where" = elsewhere ]; then ship=(cat); else ship=(ours Shipping "$SERVER" "$folder/run"); fi
      # What a trial's JVM has, DJL with it.
      CORES=$first CLASS_PATH="$ROOT/trainer/target/trial/*:$CLASS_PATH" DJL_CACHE_DIR=${DJL_CACHE_DIR:-$TOOLS/djl} \
        ours Loop "$folder" "server $where; $batch rows a step" "$batch" | CORES=$rest "${ship[@]}"
    done
  done
}
throughput() {
  ours Throughput "$SERVER" 8 20000
  "$PEERS_PYTHON" "$HERE/peers.py" throughput "$SERVER" 2>"$FOLDER/peers.log"
}

{
  for part in "${@:-record loop throughput}"; do
    for each in $part; do "$each"; done
  done
} | tee "$HERE/results.csv.part"
mv "$HERE/results.csv.part" "$HERE/results.csv"
