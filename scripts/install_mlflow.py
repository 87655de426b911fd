"""Installs MLflow into the tools folder, where it is not there already: install_mlflow.py TOOLS VERSION [REQUIREMENT ...].

Requirements beside MLflow itself are for old versions, which take newer packages than they can do with: 2.22.4 wants
"sqlalchemy<2.1".

The service does the same by itself where it keeps a local MLflow (dev.sluice.console.mlflow), under the same lock and the
same names: a folder mlflow-VERSION.partial-… that is renamed into place once it is whole. The lock is a POSIX one, as
Java's file locks are; flock(1) would not see them.
"""

import fcntl
import glob
import os
import shutil
import subprocess
import sys
import uuid


def whole(home, name):
    def holds(pattern):
        return glob.glob(os.path.join(glob.escape(home), "lib", "python3*", "site-packages", pattern))

    return (
        os.access(os.path.join(home, "bin", "python"), os.X_OK)
        and holds(name + ".dist-info")
        and holds("onnxruntime-*.dist-info")
    )


def install(tools, version, *requirements):
    name = "mlflow-" + version
    home = os.path.join(tools, name)
    if whole(home, name):
        return
    os.makedirs(tools, exist_ok=True)
    with open(os.path.join(tools, name + ".lock"), "a") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(f"Waiting for another process that installs MLflow {version} ...")
            fcntl.lockf(lock, fcntl.LOCK_EX)
        if whole(home, name):
            return
        clear(home)
        say(f"Installing MLflow {version} into {home} (once, some minutes) ...")
        partial = f"{home}.partial-{uuid.uuid4()}"
        log_name = os.path.join(tools, name + ".log")
        try:
            with open(log_name, "w") as log:
                pip = [os.path.join(partial, "bin", "python"), "-m", "pip", "install", "--no-input"]
                pip += ["--disable-pip-version-check", "--progress-bar", "off", f"mlflow=={version}", "onnxruntime", *requirements]
                for command in ([sys.executable, "-m", "venv", partial], pip):
                    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
            if os.path.lexists(home):
                os.rename(home, f"{home}.partial-broken-{uuid.uuid4()}")
            os.rename(partial, home)
        except subprocess.CalledProcessError:
            with open(log_name) as log:
                say("".join(log.readlines()[-15:]))
            sys.exit(f"sluice: MLflow {version} could not be installed with {sys.executable}; the whole log is {log_name}")
        finally:
            clear(home)


def clear(home):
    for left in glob.glob(glob.escape(home) + ".partial-*"):
        shutil.rmtree(left, ignore_errors=True)


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    install(*sys.argv[1:])
