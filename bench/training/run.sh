#!/usr/bin/env bash
# How fast trials train and start, beside PyTorch in Python, in turns within one run:
#     run.sh [throughput|callbacks|start ...]     all of them without arguments; writes results.csv, which is not kept in git
# PEERS names Pythons that have PyTorch, as "NAME=PYTHON ...", the one of DJL's version first; else two are made in the tools
# folder, of requirements.txt and of the newest there is: some gigabytes.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
HERE="$ROOT/bench/training"
say() { echo "$*" >&2; }
die() { echo "$2" >&2; exit "$1"; }
# shellcheck source=scripts/jdk.sh
. "$ROOT/scripts/jdk.sh"
find_jdk
export JAVA_HOME
# shellcheck source=scripts/tools.sh
. "$ROOT/scripts/tools.sh"
# shellcheck source=scripts/build.sh
. "$ROOT/scripts/build.sh"
TOOLS=${SLUICE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
find_python
if [ -z "${PEERS:-}" ]; then
  # peer NAME REQUIREMENT...
  peer() {
    local folder=$TOOLS/peers/$1
    if [ ! -f "$folder/installed" ]; then
      say "Installing ${*:2} into $folder ..."
      "$PYTHON" -m venv "$folder"
      "$folder/bin/pip" install --quiet "${@:2}"
      touch "$folder/installed"
    fi
  }
  peer torch-2.7.1 --requirement "$HERE/requirements.txt"
  peer torch-newest torch numpy
  PEERS="torch-2.7.1=$TOOLS/peers/torch-2.7.1/bin/python torch-newest=$TOOLS/peers/torch-newest/bin/python"
fi
(cd "$ROOT" && mvn -q -B -Pbench -Dfast -DskipTests -pl bench/training -am package) >&2
TRIAL="$ROOT/trainer/target/trial"
export DJL_CACHE_DIR=${DJL_CACHE_DIR:-$TOOLS/djl}
"$JAVA_HOME/bin/java" "@$TRIAL/jvm.options" -cp "$TRIAL/*" dev.sluice.trainer.TrialMain --prepare >/dev/null
export JAVA="$JAVA_HOME/bin/java" PYTHONS="$PEERS"
rehearse_trial "$TRIAL" >/dev/null 2>&1
OPTIONS=$(tr '\n' ' ' <"$TRIAL/jvm.options")
ARCHIVE=""
[ ! -f "$TRIAL/trial.jsa" ] || ARCHIVE="-XX:SharedArchiveFile=$TRIAL/trial.jsa -Xlog:disable"
export OPTIONS ARCHIVE CLASS_PATH="$TRIAL/*:$HERE/target/sluice-bench-training-0.1.0-SNAPSHOT.jar"

{
  for part in "${@:-throughput callbacks start}"; do
    for each in $part; do "$PYTHON" "$HERE/compare.py" "$each"; done
  done
} | tee "$HERE/results.csv.part"
mv "$HERE/results.csv.part" "$HERE/results.csv"
