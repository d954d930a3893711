#!/usr/bin/env python3
"""Checks that the house has no stairs upwards: every #include goes to the same floor or a lower one.

Usage: check_floors.py [ROOT]

Prints `file:line: what is wrong` for every breach and exits 1 if there is one.
"""
import re
import sys
from pathlib import Path

FLOORS = ["base", "spec", "compute", "model", "data", "train", "tune", "format", "study", "cli"]
# The floor that a public header belongs to: whoever includes it stands there or higher.
HEADER_FLOORS = {
    "error": "base", "version": "base",
    "initializers": "spec", "normalization_layers": "spec", "learning_rate": "spec", "layers": "spec", "losses": "spec", "metrics": "spec", "optimizers": "spec", "history": "spec", "snapshot": "spec",
    "tensor_optimizers": "spec", "regularizers": "spec", "constraints": "spec", "image_layers": "spec", "custom": "spec", "custom_layer": "spec",
    "callbacks": "spec", "csv": "data", "dataset": "data", "images": "data", "telar": "study",
    # Declared for the model's floor, defined on the floors that their verbs need.
    "sequential": "model", "predictor": "model", "onnx": "model", "tuning": "tune", "gradient_check": "model", "cross_validation": "model",
}
PUBLIC_HEADER_LINES = 250
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)[">]')


def includes(file):
    """(line number, '<' or '"', path) of every #include of `file`."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1], match[2]


def check_source(file, floor, src):
    """A file of src/<floor>/: no include of a higher floor, directly or through a public header."""
    for number, bracket, path in includes(file):
        first = path.split("/")[0]
        if bracket == '"' and first in FLOORS and "/" in path:
            target = first
        elif bracket == '"' and (file.parent / path).resolve().is_relative_to(src.resolve()):
            target = (file.parent / path).resolve().relative_to(src.resolve()).parts[0]
        elif first == "telar":
            header = path.removeprefix("telar/").removesuffix(".hpp")
            if header not in HEADER_FLOORS:
                yield f"{file}:{number}: <{path}> has no floor yet: add it to HEADER_FLOORS in {Path(__file__).name}"
                continue
            target = HEADER_FLOORS[header]
        else:
            continue
        if FLOORS.index(target) > FLOORS.index(floor):
            yield f"{file}:{number}: {floor} includes {path} of the higher floor {target}"


def check_public_header(file):
    """A file of include/telar/: short, and no includes but <telar/...> and the standard library."""
    for number, bracket, path in includes(file):
        standard = bracket == "<" and re.fullmatch(r"[a-z_0-9]+", path)
        if not standard and not (bracket == "<" and path.startswith("telar/")):
            yield f"{file}:{number}: a public header includes {path}, which is neither <telar/...> nor standard"
    lines = len(file.read_text(encoding="utf-8").splitlines())
    if lines > PUBLIC_HEADER_LINES:
        yield f"{file}:{lines}: a public header of {lines} lines; {PUBLIC_HEADER_LINES} are allowed"


def check(root):
    """All breaches in the tree at `root`, as texts."""
    src, headers = root / "src", sorted(path for path in (root / "include").rglob("*") if path.is_file())
    breaches, files = [], 0
    for folder in sorted(path for path in src.iterdir() if path.is_dir()):
        if folder.name not in FLOORS:
            breaches.append(f"{folder}:1: no such floor; there are {', '.join(FLOORS)}")
            continue
        for file in sorted(path for path in folder.rglob("*") if path.suffix in (".cpp", ".hpp", ".h")):
            files += 1
            breaches += check_source(file, folder.name, src)
    for file in headers:
        breaches += check_public_header(file)
    if not files or not headers:
        breaches.append(f"{root}:1: no sources or no public headers found: is this the tree?")
    return breaches


if __name__ == "__main__":
    found = check(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    print("\n".join(found) or "every include stays on its floor or goes down")
    sys.exit(1 if found else 0)
