# shellcheck shell=bash disable=SC2034
# Builds when the sources are newer than the build, and keeps what was built where the next build does not touch it:
#   target/sluice/<id>/{app,app-postgresql,trial,cli}   one build: the service for H2 and for PostgreSQL, a trial's class
#                                        path, the command line's class path
#   target/sluice/current                holds the id of the newest
# A running service and its trials go on from their own folder while a newer one is built
# (docs/adr/0002-run-from-a-copy-of-the-build.md).

BUILDS="$ROOT/target/sluice"

find_maven() {
  MAVEN=$(command -v mvn) || die 1 "Maven is not on the PATH: install Maven 3.8 or newer (for instance apt-get install maven), which builds Sluice"
}

# ensure_built: sets APP_HOME, TRAINER_HOME and CLI_HOME to a build that is as new as the sources.
ensure_built() {
  if [ -n "${SLUICE_NO_BUILD:-}" ]; then # what Maven made last, wherever it stands: for tests and for packagers
    APP_HOME=$ROOT/web-console/target/quarkus-app$(database_build)
    TRAINER_HOME=$ROOT/trainer/target/trial
    CLI_HOME=$ROOT/web-console/target/cli
    [ -d "$CLI_HOME" ] || die 1 "SLUICE_NO_BUILD is set, but $CLI_HOME is not there: run mvn package first"
    return
  fi
  if build_is_old; then build; fi
  APP_HOME=$BUILDS/$BUILD/app$(database_build)
  TRAINER_HOME=$BUILDS/$BUILD/trial
  CLI_HOME=$BUILDS/$BUILD/cli
}

# database_build: which of the two builds of the service SLUICE_DB_URL asks for (docs/adr/0014). What is wrong with the
# address, the service says better.
database_build() {
  case ${SLUICE_DB_URL:-} in jdbc:postgresql:*) printf '%s' -postgresql ;; esac
}

# build_is_old: true where there is no build, or a source is newer. Sets BUILD. One `find`, no JVM.
build_is_old() {
  BUILD=""
  { read -r BUILD <"$BUILDS/current"; } 2>/dev/null || :
  [ -n "$BUILD" ] && [ -f "$BUILDS/$BUILD/built" ] || return 0
  [ -n "$(find "$ROOT/pom.xml" "$ROOT/.mvn" "$ROOT"/*/pom.xml "$ROOT"/*/src/main \
    -newer "$BUILDS/$BUILD/built" -print -quit)" ]
}

# build_lock: one build at a time in this tree; held until the process ends or build_unlock.
build_lock() {
  mkdir -p "$BUILDS" || die 1 "$BUILDS cannot be made"
  command -v flock >/dev/null || die 1 "flock is not on the PATH: install util-linux"
  exec 8>>"$BUILDS/lock"
  flock -n 8 || {
    say "Waiting for another build or test run in this folder to end ..."
    flock 8
  }
}

build_unlock() { exec 8>&-; }

build() {
  local log="$BUILDS/build.log" reason="the sources are newer than the build" id
  find_maven
  build_lock
  if ! build_is_old; then # the other one did it
    build_unlock
    return
  fi
  [ -n "$BUILD" ] || reason="nothing is built yet; Maven fetches what it needs, this can take some minutes"
  say "Building Sluice: $reason (log: target/sluice/build.log) ..."
  id=$(date +%Y%m%d-%H%M%S)-$$
  mkdir -p "$BUILDS/$id"
  touch "$BUILDS/$id/begun" # a source saved while the build runs is newer than this
  if ! (cd -- "$ROOT" && "$MAVEN" -q -B -Dfast -DskipTests -pl '!src/test' package) >"$log" 2>&1 8>&-; then
    rm -rf -- "${BUILDS:?}/$id"
    tail -n 40 "$log" >&2
    die 1 "the build failed; the whole log is $log"
  fi
  copy_build "$ROOT/web-console/target/quarkus-app" "$BUILDS/$id/app"
  copy_build "$ROOT/web-console/target/quarkus-app-postgresql" "$BUILDS/$id/app-postgresql"
  copy_build "$ROOT/trainer/target/trial" "$BUILDS/$id/trial"
  copy_build "$ROOT/web-console/target/cli" "$BUILDS/$id/cli"
  rehearse "$BUILDS/$id/cli"
  rehearse_trial "$BUILDS/$id/trial" >>"$log" 2>&1
  mv "$BUILDS/$id/begun" "$BUILDS/$id/built"
  printf '%s\n' "$id" >"$BUILDS/current.new"
  mv "$BUILDS/current.new" "$BUILDS/current"
  BUILD=$id
  remove_old_builds
  build_unlock
}

# copy_build FROM TO: third-party files, which no build changes, are linked; our own and generated ones are copied.
copy_build() {
  [ -d "$1" ] || die 1 "the build did not make $1"
  if ! cp -al "$1" "$2" 2>/dev/null; then # another file system
    rm -rf -- "$2"
    cp -a "$1" "$2"
    return
  fi
  find "$2" -type f \( -name '*sluice*' -o -name '*.json' -o -path "$2/quarkus*" -o -path "$2/app/*" \) \
    -exec sh -c 'for file; do cp -p "$file" "$file.copy" && mv "$file.copy" "$file"; done' sh {} +
}

# A build is in use as long as a process names its folder: a service, or a trial that outlived one.
remove_old_builds() {
  local folder
  for folder in "$BUILDS"/*-*/; do
    folder=${folder%/}
    [ "$folder" = "$BUILDS/$BUILD" ] && continue
    grep -qsF -- "$folder/" /proc/[0-9]*/cmdline || rm -rf -- "$folder"
  done
}

cli_class_path() {
  local path="" jar
  for jar in "$1"/sluice-cli.jar "$1"/lib/*.jar; do path=$path${path:+:}$jar; done
  printf '%s\n' "$path"
}

# rehearse CLI_HOME: runs the commands once against a rehearsal service and keeps the classes they needed, parsed and
# verified, in an archive that later starts map into memory (AppCDS). Without it everything works, slower.
rehearse() {
  "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-XX:ArchiveClassesAtExit=$1/cli.jsa" \
    -Xlog:disable -cp "$(cli_class_path "$1")" dev.sluice.console.cli.Rehearsal >>"$BUILDS/build.log" 2>&1 8>&- ||
    rm -f -- "$1/cli.jsa"
}

# rehearse_trial TRAINER_HOME: the same for a trial, whose launcher looks for the archive. The options must be the trial's.
# A JDK with which it does not work, or a machine where the engine does not start, is none the worse off without.
rehearse_trial() {
  rm -f -- "$1/trial.jsa"
  "$JAVA_HOME/bin/java" "@$1/jvm.options" "-XX:ArchiveClassesAtExit=$1/trial.jsa" -Xlog:disable -cp "$1/*" \
    dev.sluice.trainer.Rehearsal 8>&- || rm -f -- "$1/trial.jsa"
}
