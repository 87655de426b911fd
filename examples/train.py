"""Stands for a training: it prints one JSON object a step, which Sluice reads as a report."""
import argparse, json, math, random, time
parser = argparse.ArgumentParser()
for name, default in {"lr": 0.1, "width": 4, "momentum": 0.0, "seed": 0}.items():
    parser.add_argument("--" + name, type=type(default), default=default)
args = parser.parse_args()
noise, floor, loss = random.Random(args.seed), 0.05 * args.width, 1 + 2 / args.width
speed = min(0.9, (1 + args.momentum) * math.exp(-abs(math.log10(args.lr) + 1.5)) / 2)
for step in range(1, 13):
    loss = floor + (loss - floor) * (1 - speed) + noise.gauss(0, 0.01)
    print(json.dumps({"step": step, "loss": loss}), flush=True)
    time.sleep(0.2)
