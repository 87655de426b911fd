# Sourced: sets ROOT and JAVA_HOME, and builds the benchmark's classes unless they are newer than their sources.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
die() { echo "$2" >&2; exit "$1"; }
# shellcheck source=scripts/jdk.sh
. "$ROOT/scripts/jdk.sh"
find_jdk
export JAVA_HOME
TARGET="$ROOT/bench/search/target"
BENCH_CLASS_PATH="$TARGET/lib/*:$TARGET/sluice-bench-search-0.1.0-SNAPSHOT.jar"

bench_is_current() {
  [ -f "$TARGET/built" ] && [ -z "$(find "$ROOT/search/src/main" "$ROOT/bench/search/src/main" "$ROOT/pom.xml" \
    "$ROOT/search/pom.xml" "$ROOT/bench/search/pom.xml" -newer "$TARGET/built" -print -quit)" ]
}

# Behind a lock: several may start at a time.
build_bench() {
  mkdir -p "$TARGET"
  (
    flock 9
    bench_is_current && exit 0
    begun=$(mktemp)
    (cd "$ROOT" && mvn -q -B -Pbench -Dfast -DskipTests -pl search,bench/search package) >&2
    mv "$begun" "$TARGET/built"
  ) 9>"$TARGET/lock"
}
