# shellcheck shell=bash
# Finds a JDK of version 21 or newer. Nothing is started for it: a JDK's `release` file says its version.

# jdk_version HOME: its feature version, or 0 where there is no JDK.
jdk_version() {
  local line version=0
  if [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ]; then
    while IFS= read -r line; do
      case $line in JAVA_VERSION=*)
        version=${line#*=}
        version=${version//\"/}
        version=${version%%[!0-9]*}
        ;;
      esac
    done <"$1/release"
  fi
  JDK_VERSION=${version:-0}
}

# find_jdk: sets JAVA_HOME. The first that fits of SLUICE_JAVA_HOME, JAVA_HOME, the one on the PATH; else the newest in
# the usual folders.
find_jdk() {
  local home best="" best_version=20 java
  if [ -n "${SLUICE_JAVA_HOME:-}" ]; then
    jdk_version "$SLUICE_JAVA_HOME"
    [ "$JDK_VERSION" -ge 21 ] || die 1 "SLUICE_JAVA_HOME ($SLUICE_JAVA_HOME) is no JDK 21 or newer"
    JAVA_HOME=$SLUICE_JAVA_HOME
    return
  fi
  if [ -n "${JAVA_HOME:-}" ]; then
    jdk_version "$JAVA_HOME"
    [ "$JDK_VERSION" -lt 21 ] || return 0
  fi
  if java=$(command -v javac); then
    java=$(readlink -f -- "$java")
    jdk_version "${java%/bin/javac}"
    if [ "$JDK_VERSION" -ge 21 ]; then
      JAVA_HOME=${java%/bin/javac}
      return
    fi
  fi
  for home in /usr/lib/jvm/* /usr/java/* /usr/local/openjdk* /usr/local/*jdk* /opt/*jdk* /opt/*java* /opt/*/jdk* \
    "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/* "${HOME:-/root}"/.jbang/cache/jdks/* \
    "${HOME:-/root}"/.asdf/installs/java/* "${HOME:-/root}"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    jdk_version "$home"
    if [ "$JDK_VERSION" -gt "$best_version" ]; then
      best=$home
      best_version=$JDK_VERSION
    fi
  done
  [ -n "$best" ] || die 1 "no JDK 21 or newer was found: install one (for instance Eclipse Temurin 25 from https://adoptium.net, or your distribution's openjdk-21-jdk or newer) and put it on the PATH or set JAVA_HOME"
  JAVA_HOME=$best
}
