"""Optuna's TPE with its Hyperband pruner around a training loop of PyTorch: the same space, samples and batches as telar's.

Optuna is set up as in optuna_search.py. PyTorch is as fast as its documentation makes it on a CPU: samples in memory as one
tensor that is scaled once, batches by index, one thread a process, Adam in its fused form, validation in inference mode.
One core searches and trains in this process; with several, each has a process that trains, and this one decides. Weights,
Adam's epsilon and the rest are PyTorch's own defaults.
Prints JSON: the best trial, and when the best score rose, as telar_bench_tuner does: the best that was seen after any epoch
("race"), and that of trials that came to their end ("race_in_full").
"""

import argparse
import json
import math
import multiprocessing
import threading
import time
import tomllib
from pathlib import Path

import numpy as np
import optuna
import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


def read_recipe(path):
    """The recipe's tables, over those that it extends."""
    with open(path, "rb") as file:
        own = tomllib.load(file)
    base = read_recipe(Path(path).parent / own.pop("extends")) if "extends" in own else {}
    return {name: {**base.get(name, {}), **own.get(name, {})} for name in {**base, **own}}


def recipe_at(recipe, point):
    """A copy with the point's values at their addresses."""
    recipe = json.loads(json.dumps(recipe))
    for name, value in point.items():
        places = recipe["search"]["space"][name].get("at", name)
        for place in [places] if isinstance(places, str) else places:
            *way, last = place.split(".")
            table = recipe
            for step in way:
                table = table[int(step) if isinstance(table, list) else step]
            table[last] = value
    return recipe


class Data:
    """Samples as the network's first layers would make them: scaled, or normalised by the mean and variance of training."""

    def __init__(self, archive, layers):
        arrays = {name: torch.from_numpy(values) for name, values in np.load(archive).items()}
        self.x, self.x_validation = arrays["x_train"], arrays["x_validation"]
        self.y, self.y_validation = arrays["y_train"].long(), arrays["y_validation"].long()
        for layer in layers:
            if layer["type"] == "Rescaling":
                self.x, self.x_validation = self.x * layer["scale"], self.x_validation * layer["scale"]
            elif layer["type"] == "Normalization":
                mean, deviation = self.x.mean(0), self.x.std(0, correction=0)
                self.x, self.x_validation = (self.x - mean) / deviation, (self.x_validation - mean) / deviation


def build(layers, width):
    """Of logits: the loss has the softmax in it."""
    stack = []
    for layer in layers:
        if layer["type"] == "Dense":
            stack.append(nn.Linear(width, layer["units"]))
            width = layer["units"]
            if layer["activation"] != "softmax":
                stack.append(ACTIVATIONS[layer["activation"]]())
        elif layer["type"] == "Dropout" and layer["rate"] > 0:
            stack.append(nn.Dropout(layer["rate"]))
    return nn.Sequential(*stack)


def epochs_of(recipe, data, point, seed, end):
    """Trains the point, yielding the validation accuracy after every epoch; gives up when it is `end`."""
    torch.manual_seed(seed)
    at = recipe_at(recipe, point)
    model = build(at["model"]["layers"], data.x.shape[1])
    adam, fit = at["compile"]["optimizer"], at["fit"]
    rate, batch = adam["learning_rate"], fit["batch_size"]
    schedule = isinstance(rate, dict)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate["initial_learning_rate"] if schedule else rate,
                                 betas=(adam.get("beta_1", 0.9), 0.999), fused=True)
    # A cosine reaches the end of the training, as telar stretches it.
    cosine = (torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, fit["epochs"] * math.ceil(len(data.x) / batch))
              if schedule else None)
    loss_of = nn.CrossEntropyLoss()
    for _ in range(fit["epochs"]):
        model.train()
        for rows in torch.randperm(len(data.x)).split(batch):
            loss = loss_of(model(data.x[rows]), data.y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if cosine:
                cosine.step()
            if time.monotonic() >= end:
                return
        model.eval()
        with torch.inference_mode():
            right = sum(int((model(x).argmax(1) == y).sum())
                        for x, y in zip(data.x_validation.split(1024), data.y_validation.split(1024)))
        yield right / len(data.y_validation)


def warm_up(recipe, data):
    """PyTorch loads much of itself with the first step: that is not of the search."""
    list(epochs_of(recipe, data, {}, 0, end=0))


def serve(connection, recipe, archive):
    torch.set_num_threads(1)
    data = Data(archive, recipe["model"]["layers"])
    warm_up(recipe, data)
    connection.send("ready")
    while True:
        for value in epochs_of(recipe, data, *connection.recv()):
            connection.send(value)
            if not connection.recv():
                break
        else:
            connection.send(None)


def epochs_elsewhere(connection, point, seed, end):
    """epochs_of in another process."""
    connection.send((point, seed, end))
    try:
        while (value := connection.recv()) is not None:
            yield value
            connection.send(True)
    except GeneratorExit:
        connection.send(False)


def suggest(trial, space):
    point = {}
    for name, values in space.items():
        if isinstance(values.get("log"), list):
            point[name] = trial.suggest_float(name, *values["log"], log=True)
        elif "float" in values:
            point[name] = trial.suggest_float(name, *values["float"])
        elif "int" in values:
            point[name] = trial.suggest_int(name, *values["int"], log=values.get("log", False))
        else:
            point[name] = trial.suggest_categorical(name, values["choice"])
    return point


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("search")
    parser.add_argument("archive")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--cores", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    torch.set_num_threads(1)
    recipe = read_recipe(asked.search)
    if asked.cores == 1:
        data = Data(asked.archive, recipe["model"]["layers"])
        warm_up(recipe, data)
        free = [lambda *what: epochs_of(recipe, data, *what)]
    else:
        free = []
        for _ in range(asked.cores):
            here, there = multiprocessing.Pipe()
            multiprocessing.get_context("spawn").Process(target=serve, args=(there, recipe, asked.archive),
                                                         daemon=True).start()
            here.recv()
            free.append(lambda *what, connection=here: epochs_elsewhere(connection, *what))
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=asked.seed, multivariate=True, constant_liar=asked.cores > 1),
        pruner=optuna.pruners.HyperbandPruner(min_resource=1, max_resource=recipe["fit"]["epochs"], reduction_factor=3))
    lock = threading.Lock()
    began = time.monotonic()
    end = began + asked.seconds
    race, race_in_full, epochs = [], [], 0

    def rises(race, value):
        if not race or value > race[-1][1]:
            race.append((time.monotonic() - began, value))

    def objective(trial):
        nonlocal epochs
        with lock:
            train = free.pop()
        training = train(suggest(trial, recipe["search"]["space"]), asked.seed * 100_000 + trial.number, end)
        try:
            epoch, value = 0, 0.0
            for epoch, value in enumerate(training, 1):
                with lock:
                    epochs += 1
                    rises(race, value)
                trial.report(value, epoch)
                if epoch < recipe["fit"]["epochs"] and trial.should_prune():
                    raise optuna.TrialPruned()
            if epoch < recipe["fit"]["epochs"]:  # the time is up
                raise optuna.TrialPruned()
            with lock:
                rises(race_in_full, value)
            return value
        finally:
            training.close()
            with lock:
                free.append(train)

    study.optimize(objective, timeout=asked.seconds, n_jobs=asked.cores)
    seconds = time.monotonic() - began
    complete = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    best = study.best_trial if complete else max(
        (t for t in study.trials if t.intermediate_values), key=lambda t: list(t.intermediate_values.values())[-1])
    value = best.value if complete else list(best.intermediate_values.values())[-1]
    print(json.dumps({"trials": len(study.trials), "complete": len(complete), "epochs": epochs, "seconds": seconds,
                      "value": value, "point": best.params, "race": race,
                      "race_in_full": race_in_full}))


if __name__ == "__main__":
    main()
