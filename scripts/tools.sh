# shellcheck shell=bash
# Installs what the tests need: MLflow's virtual environment in the tools folder, and a browser.

MLFLOW_VERSION=3.17.0

# install_mlflow: <tools>/mlflow-VERSION, as the service itself installs it.
install_mlflow() {
  find_python
  "$PYTHON" "$ROOT/scripts/install_mlflow.py" "${SLUICE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}" "$MLFLOW_VERSION" || exit 1
}

# find_python: a Python 3.10 or newer that can make virtual environments. Sets PYTHON.
find_python() {
  for PYTHON in python3 python3.13 python3.12 python3.11 python3.10 python; do
    if command -v "$PYTHON" >/dev/null &&
      "$PYTHON" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      return
    fi
  done
  die 1 "no Python 3.10 or newer with its venv module was found: install it (for instance apt-get install python3 python3-venv), since MLflow is a Python program"
}

install_browser() {
  local name
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then return; fi
  done
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "Installing chromium for the browser test ..."
    if { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y chromium; } >&2; then return; fi
  fi
  die 1 "no Chromium was found, which the browser test drives: install it (for instance apt-get install chromium)"
}
