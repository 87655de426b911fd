#!/usr/bin/env bash
# The whole benchmark of the peers, the cheap and the most telling first; to be started again after any interruption.
#     queue.sh [STAGE ...]     one or more of: cheap model fidelity parallel tuning slow (all of them without arguments)
# It can run beside itself with another stage. Everything at the lowest priority and on one thread.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peer() { nice -n 15 "$here/run.py" "$@" || echo "failed: $*"; }

cheap() {
  for searcher in optuna-random optuna-tpe optuna-tpe-group optuna-cmaes optuna-nsga2 optuna-nsga2-pop10 rustuna-tpe \
    optuna-cmaes-margin optuna-tpe-univariate; do
    peer $searcher --problems reporting --seeds 0-9 --trials 200
  done
}

# Seeds in three steps, so that what is there after each is balanced over the peers.
model() {
  for seeds in 0-2 3-4 5-9; do
    for searcher in optuna-auto optuna-gp smac-hpo smac-blackbox; do
      peer $searcher --problems reporting --seeds $seeds --trials 100
    done
  done
}

# The minimum step of each is chosen on the tuning half, so both halves.
fidelity() {
  for half in reporting tuning; do
    for searcher in optuna-tpe-sha-{1,e9,e3} optuna-tpe-hyperband-{1,e9,e3} syne-asha-{1,e9,e3} syne-bohb-{1,e9,e3} \
      dehb-{e9,e3} smac-multifidelity-{e9,e3}; do
      peer $searcher --problems curves+$half --seeds 0-9 --trainings 40
    done
  done
}

parallel() {
  peer optuna-tpe --problems reporting --seeds 0-9 --trials 200 --workers 8
  peer optuna-gp --problems reporting --seeds 0-4 --trials 100 --workers 8
}

tuning() {
  for searcher in optuna-random optuna-tpe optuna-cmaes optuna-nsga2 optuna-nsga2-pop10 rustuna-tpe; do
    peer $searcher --problems tuning --seeds 0-9 --trials 200
  done
}

slow() {
  peer hebo --problems reporting --seeds 0-2 --trials 50
}

for stage in "${@:-cheap model fidelity parallel tuning slow}"; do
  for each in $stage; do
    "$each"
  done
done
