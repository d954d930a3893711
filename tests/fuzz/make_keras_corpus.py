#!/usr/bin/env python3
"""Writes corpus/hdf5/ and corpus/keras/: good files, and each kind of attack. Needs h5py (a Python with Keras has it).

A name that starts with "good" is one that telar must load; tests/format/keras_attacks_test.cpp sees that it does, and
that it refuses all others quickly.
"""
import io
import json
import struct
import zipfile
from pathlib import Path

import h5py
import numpy as np

CORPUS = Path(__file__).resolve().parent / "corpus"
KERNEL, BIAS = np.arange(6, dtype="<f4").reshape(3, 2) / 8, np.array([0.5, -0.5], "<f4")


def write(reader, name, content):
    path = CORPUS / reader / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def h5(fill, libver="earliest", group="layers/dense/vars"):
    out = io.BytesIO()
    with h5py.File(out, "w", libver=libver) as file:
        fill(file, file.create_group(group))
    return out.getvalue()


def good(file, group, **options):
    group.create_dataset("0", data=KERNEL, **options)
    group["1"] = BIAS


def with_links(file, group, count=60):
    good(file, group)
    for i in range(count):
        group[f"more_{i}"] = np.float32(i)


def deep(file, group):
    good(file, group)
    for _ in range(20):
        group = group.create_group("g")


def external_data(file, group):
    group.create_dataset("0", (3, 2), "<f4", external=[("/etc/passwd", 0, 24)])
    group["1"] = BIAS


def virtual(file, group):
    layout = h5py.VirtualLayout((3, 2), "<f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 2))
    group.create_virtual_dataset("0", layout)
    group["1"] = BIAS


def bomb(file, group):
    group.create_dataset("0", (1 << 20, 1 << 18), "<f4", chunks=(1 << 10, 1 << 8), compression="gzip")
    group["1"] = BIAS


HDF5 = {
    "good": h5(good), "good-latest": h5(good, "latest"), "good-v108": h5(good, ("v108", "v108")),
    "good-chunks": h5(lambda f, g: good(f, g, chunks=(2, 1), compression="gzip", shuffle=True)),
    "good-latest-chunks": h5(lambda f, g: good(f, g, chunks=(2, 1), compression="gzip"), "latest"),
    "good-plain-chunks": h5(lambda f, g: good(f, g, chunks=(2, 2)), "latest"),
    "good-one-chunk": h5(lambda f, g: good(f, g, chunks=(3, 2), compression="gzip"), "latest"),
    "good-links": h5(lambda f, g: with_links(f, g, 20)), "good-latest-links": h5(with_links, "latest"),
    "soft-link": h5(lambda f, g: (good(f, g), g.__setitem__("2", h5py.SoftLink("/layers")))),
    "latest-soft-link": h5(lambda f, g: (good(f, g), g.__setitem__("2", h5py.SoftLink("/layers"))), "latest"),
    "external-link": h5(lambda f, g: (good(f, g), g.__setitem__("2", h5py.ExternalLink("/etc/passwd", "/x")))),
    "cycle": h5(lambda f, g: (good(f, g), g.__setitem__("up", f["layers"]))),
    "latest-cycle": h5(lambda f, g: (good(f, g), g.__setitem__("up", f["layers"])), "latest"),
    "two-names": h5(lambda f, g: (good(f, g), g.__setitem__("2", g["0"]))),
    "deep": h5(deep), "external-data": h5(external_data), "virtual": h5(virtual, "latest"), "bomb": h5(bomb, "latest"),
    "grows": h5(lambda f, g: good(f, g, chunks=(2, 1), maxshape=(None, 2)), "latest"),
    "other-filter": h5(lambda f, g: good(f, g, chunks=(2, 2), compression="lzf")),
    "checksum-filter": h5(lambda f, g: good(f, g, chunks=(2, 2), fletcher32=True)),
    "compound": h5(lambda f, g: g.__setitem__("0", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))),
    "big-endian": h5(lambda f, g: g.__setitem__("0", KERNEL.astype(">f4"))),
    "reference": h5(lambda f, g: g.attrs.__setitem__("r", f.ref) or g.create_dataset("0", data=f.ref, dtype=h5py.ref_dtype)),
    "empty": b"", "signature": b"\x89HDF\r\n\x1a\n",
}
plain = HDF5["good"]
HDF5["truncated"] = plain[:-40]
HDF5["superblock-9"] = plain[:8] + b"\x09" + plain[9:]
latest = HDF5["good-latest"]
HDF5["latest-flipped"] = latest[:60] + bytes([latest[60] ^ 1]) + latest[61:]
at = plain.find(b"TREE")
HDF5["tree-of-itself"] = plain[:at + 5] + b"\1" + plain[at + 6:at + 32] + struct.pack("<Q", at) + plain[at + 40:]


def config(units=2, name="dense", type_="Dense", **more):
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [
        {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "in"}},
        {"module": "keras.layers", "class_name": type_, "config": {"name": name, "units": units, **more}}]}}


def keras(members, method=zipfile.ZIP_STORED, change=lambda info: None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            change(info)
            archive.writestr(info, content, compress_type=method)
    return out.getvalue()


def text(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def model(value=config(), weights=plain, *more, **options):
    return keras([("config.json", text(value)), ("model.weights.h5", weights), *more], **options)


fine = model()
directory = fine.find(b"PK\1\2")


def patched(at, content):
    return fine[:at] + content + fine[at + len(content):]


custom = config()
custom["config"]["layers"][1]["registered_name"] = "mine>Dense"
module = config()
module["config"]["layers"][1]["module"] = "os"
KERAS = {
    "good": fine, "good-deflated": model(method=zipfile.ZIP_DEFLATED), "good-latest": model(weights=latest),
    "good-split": text(config()) + plain, "good-split-latest": text(config(activation="relu", kernel_regularizer="l2")) + latest,
    "climbs": model(config(), plain, ("../x", b"x")), "absolute": model(config(), plain, ("/etc/x", b"x")),
    "drive": model(config(), plain, ("C:\\x", b"x")), "assets": model(config(), plain, ("assets/a/vocabulary.txt", b"x")),
    "nested": model(config(), plain, ("again.zip", fine)), "twice": model(config(), plain, ("config.json", b"{}")),
    "nul": fine.replace(b"config.json", b"config\0json"),
    "no-weights": keras([("config.json", text(config()))]), "no-config": keras([("model.weights.h5", plain)]),
    "symlink": model(change=lambda info: setattr(info, "external_attr", 0o120777 << 16)),
    "encrypted": patched(directory + 8, b"\1\0"), "method": patched(directory + 10, b"\x0c\0"),
    "size-lies": patched(directory + 24, b"\xff\xff\xff\x7f"), "zip64-lies": patched(directory + 20, b"\xff" * 8),
    "local-header": patched(26, b"\x30"), "overlap": fine.replace(fine[fine.rfind(b"PK\1\2") + 42:][:4], b"\0\0\0\0"),
    "crc": patched(directory + 16, b"\0\0\0\0"), "truncated": fine[:-30], "no-zip": b"PK\3\4 not really",
    "bomb": keras([("config.json", text(config())), ("model.weights.h5", bytes(1 << 26))], zipfile.ZIP_DEFLATED),
    "json-deep": model(b"[" * 100_000, method=zipfile.ZIP_DEFLATED), "json-long": model(b" " * (5 << 20), method=zipfile.ZIP_DEFLATED), "json-none": model(b"{"),
    "lambda": model(config(type_="Lambda", function="x")), "module": model(module), "custom": model(custom),
    "units-huge": model(config(units=1 << 24)), "units-negative": model(config(units=-1)), "units-text": model(config(units="2")),
    "units-real": model(config(units=2.5)), "units-missing": model({"class_name": "Sequential", "config": {"layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 3]}}, {"class_name": "Dense", "config": {}}]}}),
    "name-path": model(config(name="../../etc/x")), "unknown-key": model(config(lora_rank=4)), "not-finite": model(b'{"a": NaN}'),
    "shape-bomb": model({"class_name": "Sequential", "config": {"layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 16777216, 16777216]}}, {"class_name": "Flatten", "config": {}}]}}),
    "other-weights": model(config(units=3)), "soft-link": model(weights=HDF5["soft-link"]),
}
for reader, files in {"hdf5": HDF5, "keras": KERAS}.items():
    for name, content in files.items():
        write(reader, name, content)
