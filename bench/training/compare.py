"""Drives our trainings and PyTorch's, a block of steps each in turn: compare.py throughput|callbacks|start ...

Prints part,example,threads,who,quantity,value. What is said of two contestants is the median of the ratios within a
round, and 95 % of medians of rounds drawn again: what else the machine does meets both. Set by run.sh: JAVA, OPTIONS,
ARCHIVE (what a trial's JVM gets beside), CLASS_PATH, PYTHONS (name=path, separated by spaces).
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
JAVA = [os.environ["JAVA"], *os.environ["OPTIONS"].split()]
ARCHIVE = os.environ["ARCHIVE"].split()
CLASS_PATH = os.environ["CLASS_PATH"]
PYTHONS = dict(each.split("=", 1) for each in os.environ["PYTHONS"].split())
# Steps in a block, about a second on a calm machine.
BLOCK = {"mlp": 938, "cnn": 80, "resnet18": 2}
ROUNDS = {"mlp": 15, "cnn": 15, "resnet18": 9}
CALLBACK_EPOCHS = {"mlp": 21, "cnn": 11}  # of 938 steps, as many as MNIST has, and of 200
STARTS = 15
# What only looks on or steers: weight-average trains something else, evaluation looks at more data.
CALLBACKS = [
    "early-stopping", "json-lines", "tensorboard", "reduce-on-plateau", "learning-rate", "gradient-norm",
    "gradient-clipping", "divergence-guard", "loss-alarm", "throughput"]


def say(part, example, threads, who, quantity, value):
    print(f"{part},{example},{threads},{who},{quantity},{value:.4g}", flush=True)


def environment(threads):
    return {**os.environ, "OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}


def ours(example, threads, folder):
    return [
        *JAVA, *ARCHIVE, "-Xmx1g", "-cp", CLASS_PATH, "dev.sluice.bench.training.Training", example, str(threads), folder]


def peer(python, example, threads, layout="contiguous_format"):
    return [python, str(HERE / "peer.py"), example, str(threads), layout]


class Contestant:
    """A training that runs when it is told to, and else waits."""

    def __init__(self, command, threads):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment(threads))
        self.loss = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args} has ended")
        return float(line)

    def block(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return self.answer() / steps

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def interval(ratios):
    drawing = random.Random(7)
    medians = sorted(statistics.median(drawing.choices(ratios, k=len(ratios))) for _ in range(2000))
    return statistics.median(ratios), medians[50], medians[-51]


def compete(part, example, threads, commands, steps, rounds):
    """Rounds of a block each; the first two are for warming up. The first contestant is who the others are compared with."""
    contestants = {name: Contestant(command, threads) for name, command in commands.items()}
    try:
        losses = {name: contestant.loss for name, contestant in contestants.items()}
        if max(losses.values()) - min(losses.values()) > 1e-4:
            raise SystemExit(f"the contestants do not train the same: {losses}")
        times = {name: [] for name in contestants}
        names = list(contestants)
        for turn in range(-2, rounds):
            for name in names if turn % 2 else reversed(names):
                taken = contestants[name].block(steps)
                if turn >= 0:
                    times[name].append(taken)
    finally:
        for contestant in contestants.values():
            contestant.close()
    first = names[0]
    for name in names:
        say(part, example, threads, name, "step_ms", statistics.median(times[name]) / 1e6)
    for name in names[1:]:
        for quantity, value in zip(
                ("speed", "speed_from", "speed_to"),
                interval([theirs / own for own, theirs in zip(times[first], times[name])])):
            say(part, example, threads, f"{first} / {name}", quantity, value)
    say(part, example, threads, "machine", "load", os.getloadavg()[0])


def throughput(examples):
    for example in examples or ["mlp", "cnn", "resnet18"]:
        for threads in (1, 2):
            with tempfile.TemporaryDirectory() as folder:
                commands = {"sluice": ours(example, threads, folder)}
                for name, python in PYTHONS.items():
                    commands[name] = peer(python, example, threads)
                if example != "mlp":
                    name = next(iter(PYTHONS))
                    commands[name + "-channels-last"] = peer(PYTHONS[name], example, threads, "channels_last")
                compete("throughput", example, threads, commands, BLOCK[example], ROUNDS[example])


def callbacks(examples):
    """Within one process: how the memory of two happens to lie makes more of a difference than what is looked for."""
    for example in examples or ["mlp", "cnn"]:
        for threads in (1, 2):
            for who, types in {"callbacks": CALLBACKS, "callbacks-and-checkpoints": ["checkpoint", *CALLBACKS]}.items():
                with tempfile.TemporaryDirectory() as folder:
                    lines = subprocess.run(
                        [*JAVA, *ARCHIVE, "-Xmx1g", "-cp", CLASS_PATH, "dev.sluice.bench.training.Callbacks", example,
                         str(threads), folder, str(CALLBACK_EPOCHS[example]), *types],
                        env=environment(threads), check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
                epochs = epochs_of([[int(word) for word in line.split()] for line in lines.splitlines()])
                for clock, place in {"wall": 1, "cpu": 3}.items():
                    bare, full = typical(epochs, place), typical(epochs, place + 1)
                    say("callbacks", example, threads, "bare", f"epoch_{clock}_ms", bare / 1e6)
                    say("callbacks", example, threads, who, f"epoch_{clock}_ms", full / 1e6)
                    drawing = random.Random(7)
                    times = sorted(
                        typical(drawn, place + 1) / typical(drawn, place)
                        for drawn in (drawing.choices(epochs, k=len(epochs)) for _ in range(1000)))
                    for quantity, value in {"times": full / bare, "times_from": times[25], "times_to": times[-26]}.items():
                        say("callbacks", example, threads, f"{who} / bare", f"{clock}_{quantity}", value)
            say("callbacks", example, threads, "machine", "load", os.getloadavg()[0])


def epochs_of(lines):
    """Lines of parts by epoch."""
    starts = [place for place, line in enumerate(lines) if line[0] == 0]
    return [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)])]


def typical(epochs, place):
    """An epoch's time: of each of its parts the lower quartile over epochs. What else the machine does only ever adds."""
    return sum(sorted(line[place] for line in parts)[len(parts) // 4] for parts in zip(*epochs))


def start(_):
    """From the process's start to its word right after the first optimizer step."""
    with tempfile.TemporaryDirectory() as folder:
        spec = {
            "sweep": "0", "sweepName": "bench", "trial": "01890000-0000-7000-8000-000000000001", "number": 0,
            "attempt": 1, "params": {}, "seed": 1,
            "objectives": [{"metric": "val_loss", "goal": "minimize", "report": "best"}],
            "section": {"trainer": {
                "task": "digits", "model": "mlp", "callbacks": [{"type": "bench-first-step"}]}},
            "checkpointDir": f"{folder}/checkpoints", "reportUrl": "http://127.0.0.1:9/reports",
            "heartbeatUrl": "http://127.0.0.1:9/heartbeat", "journal": f"{folder}/run.journal",
            "reports": f"{folder}/reports.jsonl", "runFolder": folder}
        file = Path(folder) / "trial.json"
        file.write_text(json.dumps(spec))
        bare = ["-cp", CLASS_PATH, "dev.sluice.bench.training.BareDjl"]
        commands = {
            "trial": [*JAVA, *ARCHIVE, "-cp", CLASS_PATH, "dev.sluice.trainer.TrialMain"],
            "bare-djl": [*JAVA, *bare],
            "bare-djl-with-our-archive": [*JAVA, *ARCHIVE, *bare],
            **{name: [python, str(HERE / "peer.py"), "first-step"] for name, python in PYTHONS.items()}}
        times = {name: [] for name in commands}
        for turn in range(-1, STARTS):
            for name in commands if turn % 2 else reversed(commands):
                begun = time.perf_counter()
                with open(f"{folder}/errors", "w") as errors, subprocess.Popen(
                        commands[name], env={**environment(1), "SLUICE_TRIAL": str(file)}, cwd=folder,
                        stdout=subprocess.PIPE, stderr=errors, text=True) as process:
                    word = process.stdout.readline()
                    taken = time.perf_counter() - begun
                if word != "stepped\n":
                    raise SystemExit(f"{name} said {word}: {Path(folder, 'errors').read_text()}")
                if turn >= 0:
                    times[name].append(taken)
    for name in commands:
        say("start", "digits", 1, name, "seconds", statistics.median(times[name]))
    for name in list(commands)[1:]:
        for quantity, value in zip(
                ("times", "times_from", "times_to"),
                interval([own / theirs for own, theirs in zip(times["trial"], times[name])])):
            say("start", "digits", 1, f"trial / {name}", quantity, value)
    say("start", "digits", 1, "machine", "load", os.getloadavg()[0])


{"throughput": throughput, "callbacks": callbacks, "start": start}[sys.argv[1]](sys.argv[2:])
