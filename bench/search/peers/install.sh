#!/usr/bin/env bash
# Makes the peers' Python environments from requirements-*.txt, one each since their needs clash:
#     install.sh [optuna smac dehb syne hebo]
# into $SLUICE_PEERS, by default ${SLUICE_TOOLS:-${XDG_CACHE_HOME:-~/.cache}/sluice}/peers. What is there already stays.
# PYTHON names the interpreter (python3.11 by default, with which the results were made).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${SLUICE_PEERS:-${SLUICE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}/peers}
python=${PYTHON:-python3.11}

for name in "${@:-optuna smac dehb syne hebo}"; do
  for environment in $name; do
    target=$folder/$environment
    requirements=$here/requirements-$environment.txt
    [[ -f $requirements ]] || { echo "$environment: there are $(cd "$here" && echo requirements-*.txt)" >&2; exit 2; }
    if [[ -f $target/installed.txt ]] && cmp -s "$requirements" "$target/installed.txt"; then
      echo "$environment: there already"
      continue
    fi
    echo "$environment: into $target"
    "$python" -m venv "$target"
    # Two of HEBO's dependencies are built from source by a setup.py that still imports pkg_resources.
    PIP_CONSTRAINT=$here/constraints-build.txt "$target/bin/pip" install --quiet --disable-pip-version-check \
      --requirement "$requirements"
    cp "$requirements" "$target/installed.txt"
  done
done
