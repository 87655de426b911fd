"""Reads a registered model back as any Python program would, and checks it against what its trainer recorded.

Usage: read_champion.py MODEL ALIAS VERSION, with MLFLOW_TRACKING_URI set. Prints one JSON object. Exits with 1 and a
sentence where the alias is not at VERSION, the predictions differ from the trainer's by more than 1e-4, or fewer than
95 % of the held-out images are recognised.
"""

import json
import pathlib
import sys
import tempfile

import mlflow
import numpy

LARGEST_DIFFERENCE = 1e-4
LEAST_ACCURACY = 0.95


def read_back(name, alias, version):
    found = mlflow.MlflowClient().get_model_version_by_alias(name, alias)
    if str(found.version) != str(version):
        sys.exit(f"{name}@{alias} is version {found.version}, not {version}, which was just promoted")

    uri = f"models:/{name}@{alias}"
    model = mlflow.pyfunc.load_model(uri)
    with tempfile.TemporaryDirectory() as folder:
        files = pathlib.Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=folder))
        holdout = json.loads((files / "holdout.json").read_text())

    predicted = model.predict(numpy.asarray(holdout["inputs"], dtype=numpy.float32))
    if isinstance(predicted, dict):
        (predicted,) = predicted.values()
    logits = numpy.asarray(predicted, dtype=numpy.float64)
    expected = numpy.asarray(holdout["logits"], dtype=numpy.float64)
    labels = numpy.asarray(holdout["labels"])
    if logits.shape != expected.shape:
        sys.exit(f"{uri} answers with shape {logits.shape}, its trainer with {expected.shape}")

    difference = float(numpy.max(numpy.abs(logits - expected)))
    accuracy = float(numpy.mean(numpy.argmax(logits, axis=1) == labels))
    if not difference <= LARGEST_DIFFERENCE:
        sys.exit(f"{uri} differs from its trainer's own answers by {difference:.2g}, more than {LARGEST_DIFFERENCE}")
    if not abs(accuracy - holdout["accuracy"]) <= LARGEST_DIFFERENCE:
        sys.exit(f"{uri} has accuracy {accuracy:.4f}, its trainer says {holdout['accuracy']:.4f}")
    if accuracy < LEAST_ACCURACY:
        sys.exit(f"{uri} recognises {accuracy:.4f} of the held-out images, less than {LEAST_ACCURACY}")
    return {
        "model": name,
        "alias": alias,
        "version": str(found.version),
        "runId": found.run_id,
        "images": len(labels),
        "accuracy": accuracy,
        "largestDifference": difference,
    }


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print(json.dumps(read_back(*sys.argv[1:])))
