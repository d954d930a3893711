"""Optuna's TPE with its Hyperband pruner, driving telar's trainings: one process a core, a trial in each at a time.

As Optuna's documentation advises for parallel trials: multivariate TPE with constant_liar, and Hyperband with the number of
epochs as its largest resource.
"""

import argparse
import json
import subprocess
import threading
import time
import tomllib

import optuna

parser = argparse.ArgumentParser()
parser.add_argument("tuner")
parser.add_argument("search")
parser.add_argument("--seconds", type=float)
parser.add_argument("--cores", type=int)
parser.add_argument("--seed", type=int)
parser.add_argument("--epochs", type=int)
asked = parser.parse_args()
optuna.logging.set_verbosity(optuna.logging.ERROR)
with open(asked.search, "rb") as file:
    space = tomllib.load(file)["search"]["space"]


def suggest(trial):
    point = {}
    for name, values in space.items():
        if "log" in values and isinstance(values["log"], list):
            point[name] = trial.suggest_float(name, *values["log"], log=True)
        elif "float" in values:
            point[name] = trial.suggest_float(name, *values["float"])
        elif "int" in values:
            point[name] = trial.suggest_int(name, *values["int"], log=values.get("log", False))
        else:
            point[name] = trial.suggest_categorical(name, [str(option) for option in values["choice"]])
    return point


class Server:
    """A process that trains what it is told."""

    def __init__(self):
        self.process = subprocess.Popen([asked.tuner, asked.search, "--serve"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()  # the data are there

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self):
        return json.loads(self.process.stdout.readline())


servers = [Server() for _ in range(asked.cores)]
study = optuna.create_study(
    direction="maximize", sampler=optuna.samplers.TPESampler(seed=asked.seed, multivariate=True, constant_liar=True),
    pruner=optuna.pruners.HyperbandPruner(min_resource=1, max_resource=asked.epochs, reduction_factor=3))
end = time.monotonic() + asked.seconds
lock = threading.Lock()
free = list(servers)


def objective(trial):
    with lock:
        server = free.pop()
    try:
        server.tell(json.dumps(suggest(trial)))
        value = 0.0
        while True:
            said = server.hear()
            if "done" in said:
                return value
            value = said["value"]
            trial.report(value, said["epoch"])
            if time.monotonic() >= end or trial.should_prune():
                server.tell("stop")
                server.hear()
                raise optuna.TrialPruned()
            server.tell("go")
    finally:
        with lock:
            free.append(server)


study.optimize(objective, timeout=asked.seconds, n_jobs=asked.cores)
for server in servers:
    server.process.kill()
best = study.best_trial if study.get_trials(states=[optuna.trial.TrialState.COMPLETE]) else max(
    (t for t in study.trials if t.intermediate_values), key=lambda t: list(t.intermediate_values.values())[-1])
value = best.value if best.value is not None else list(best.intermediate_values.values())[-1]
print(json.dumps({"trials": len(study.trials), "value": value, "point": best.params}))
