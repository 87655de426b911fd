"""What Python's tools cost and reach, beside ours: peers.py record MOODY | throughput SERVER.

Prints part,who,condition,quantity,value. `record` calls each tool as its users do, 20 metrics a step and a millisecond
between steps, and stops a tool after BUDGET seconds in a condition; `throughput` sends for SPAN seconds.
"""

import math
import os
import sys
import threading
import time
import urllib.request

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow  # noqa: E402
from mlflow.entities import Metric  # noqa: E402

STEPS = 2000
METRICS = 20
BUDGET = 20.0
SPAN = 20.0
RUNS = 8


def say(part, who, condition, quantity, value):
    print(f"{part},{who},{condition},{quantity},{value:.3f}", flush=True)


def values(step):
    return {f"metric_{i}": math.sin(step * 0.01 + i) for i in range(METRICS)}


def be(server, mood):
    urllib.request.urlopen(f"{server}/mood/{mood}").read()


class Sync:
    name = "mlflow-sync"

    def start(self):
        mlflow.start_run()

    def record(self, step):
        mlflow.log_metrics(values(step), step=step)

    def end(self):
        mlflow.end_run()


class Async(Sync):
    name = "mlflow-async"

    def record(self, step):
        mlflow.log_metrics(values(step), step=step, synchronous=False)


class Lightning:
    name = "lightning"

    def start(self):
        from lightning.pytorch.loggers import MLFlowLogger

        self.logger = MLFlowLogger("recording-lightning", tracking_uri=mlflow.get_tracking_uri())
        _ = self.logger.run_id

    def record(self, step):
        self.logger.log_metrics(values(step), step=step)

    def end(self):
        self.logger.finalize("success")


class Optuna:
    """Optuna's callback logs once a trial, so a call is a trial with 20 values among its attributes."""

    name = "optuna-callback"

    def start(self):
        import optuna
        from optuna_integration import MLflowCallback

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.study = optuna.create_study(study_name=f"recording-optuna-{time.time_ns()}")
        self.callback = MLflowCallback(tracking_uri=mlflow.get_tracking_uri(), metric_name="loss")
        self.make(0)
        self.callback(self.study, self.trial)

    def make(self, step):
        trial = self.study.ask()
        for name, value in values(step).items():
            trial.suggest_float(name, value - 1, value + 1)
        self.study.tell(trial, 1.0)
        self.trial = self.study.trials[-1]

    def record(self, step):
        self.callback(self.study, self.trial)

    def end(self):
        pass


def record(server, tool, mood):
    be(server, "up")
    tool.start()
    be(server, mood)
    times, failed, begun = [], 0, time.perf_counter()
    # A call that hangs cannot be stopped from inside, so it is watched from another thread.
    done = threading.Event()

    def steps():
        nonlocal failed
        for step in range(STEPS):
            time.sleep(0.001)
            if isinstance(tool, Optuna):
                tool.make(step)
            before = time.perf_counter()
            try:
                tool.record(step)
            except Exception:
                failed += 1
            times.append(time.perf_counter() - before)
            if time.perf_counter() - begun > BUDGET:
                break
        done.set()

    worker = threading.Thread(target=steps, daemon=True)
    worker.start()
    hung = not done.wait(BUDGET + 10)
    ended = sorted(times) or [BUDGET + 10]
    say("record", tool.name, mood, "calls", len(times))
    say("record", tool.name, mood, "failed", failed)
    say("record", tool.name, mood, "p50_us", 1e6 * ended[len(ended) // 2])
    say("record", tool.name, mood, "p99_us", 1e6 * ended[min(len(ended) - 1, math.ceil(len(ended) * 0.99))])
    say("record", tool.name, mood, "max_us", 1e6 * ended[-1])
    say("record", tool.name, mood, "still_hanging", 1 if hung else 0)
    be(server, "up")
    if hung:
        return False
    tool.end()
    return True


def in_child(arguments):
    import subprocess

    subprocess.run([sys.executable, os.path.abspath(__file__), *arguments], check=False)


def batch(step):
    now = time.time_ns() // 1_000_000
    return [Metric(name, value, now, step) for name, value in values(step).items()]


def throughput(server):
    mlflow.set_tracking_uri(server)
    mlflow.set_experiment("throughput-python")
    with mlflow.start_run():
        sent, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < SPAN:
            mlflow.log_metric(f"metric_{sent % METRICS}", math.sin(sent), step=sent // METRICS)
            sent += 1
        say("throughput", "mlflow-log_metric", "1 run", "points_per_s", sent / (time.perf_counter() - begun))

    client = mlflow.MlflowClient(server)
    experiment = client.get_experiment_by_name("throughput-python").experiment_id
    counts = [0] * RUNS
    begun = time.perf_counter()

    def one(place):
        run = client.create_run(experiment).info.run_id
        step = 0
        while time.perf_counter() - begun < SPAN:
            client.log_batch(run, metrics=batch(step))
            step += 1
            counts[place] += METRICS
        client.set_terminated(run)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(RUNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - begun
    say("throughput", "mlflow-log_batch", f"{RUNS} runs", "points_per_s", sum(counts) / taken)


def main():
    what, server = sys.argv[1:3]
    if what == "throughput":
        throughput(server)
        return
    tools = {tool.name: tool for tool in (Sync, Async, Lightning, Optuna)}
    if len(sys.argv) == 3:
        for name in tools:
            for mood in ("up", "slow", "down"):
                in_child(["record", server, name, mood])
        be(server, "up")
        return
    mlflow.set_tracking_uri(server)
    be(server, "up")
    mlflow.set_experiment("recording-python")
    record(server, tools[sys.argv[3]](), sys.argv[4])
    sys.stdout.flush()
    os._exit(0)  # asynchronous queues would wait for the server


if __name__ == "__main__":
    main()
