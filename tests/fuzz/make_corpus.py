#!/usr/bin/env python3
"""Writes the seed corpus of the fuzz targets, tests/fuzz/corpus/<reader>/: good files and each kind of bad one.

The same script gives the same bytes. Inputs that a fuzzer found are files of their own beside these: found-<what>.
"""
import base64
import gzip
import hashlib
import io
import json
import math
import struct
import zipfile
import zlib
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
TUNING = Path(__file__).resolve().parent.parent / "study" / "tuning"


def write(reader, name, content):
    path = CORPUS / reader / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def idx(*shape, values=None, magic=b"\0\0\x08"):
    body = bytes(i % 256 for i in range(math.prod(shape))) if values is None else values
    return magic + bytes([len(shape)]) + b"".join(struct.pack(">I", extent) for extent in shape) + body


def write_idx():
    images, labels = idx(3, 4, 2), idx(5)
    packed = gzip.compress(images, mtime=0)
    for name, content in {
        "images": images, "labels": labels, "images.gz": packed, "labels.gz": gzip.compress(labels, mtime=0),
        "empty": b"", "empty.gz": gzip.compress(b"", mtime=0), "header-only": images[:16], "half-a-header": images[:6],
        "truncated": images[:-1], "trailing": images + b"\0", "truncated.gz": packed[:-9], "trailing.gz": packed + b"\0",
        "flipped.gz": packed[:14] + bytes([packed[14] ^ 1]) + packed[15:], "bad-crc.gz": packed[:-8] + b"\0" * 4 + packed[-4:],
        "two-members.gz": packed + packed, "float": idx(2, values=bytes(8), magic=b"\0\0\x0d"),
        "wrong-magic": b"\x01" + images[1:], "no-dimensions": b"\0\0\x08\0", "nine-dimensions": idx(*[1] * 9),
        "zero-extent": idx(3, 0, values=b""), "huge": idx(2**31 - 1, 2**31 - 1, 2**31 - 1, values=b""),
        "overflow": idx(*[2**16] * 5, values=b""), "negative": idx(2**32 - 1, values=b""),
        "lies.gz": gzip.compress(idx(2**30, values=b"short"), mtime=0),
    }.items():
        write("idx", name, content)


def npy(shape, values=None, descr="<f4", order="False", version=1):
    text = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}"
    size = 10 if version == 1 else 12
    text += " " * (-(len(text) + size + 1) % 64) + "\n"
    data = b"".join(struct.pack("<f", i / 2) for i in range(math.prod(shape))) if values is None else values
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text.encode() + data


def archive(*members, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return out.getvalue()


def write_npz():
    kernel, bias = ("dense/kernel.npy", npy((3, 2))), ("dense/bias.npy", npy((2,)))
    good = archive(kernel, bias)
    for name, content in {
        "stored": good, "deflated": archive(kernel, bias, method=zipfile.ZIP_DEFLATED), "no-members": archive(),
        "number": archive(("x.npy", npy(()))), "empty-array": archive(("x.npy", npy((0, 3)))),
        "version-2": archive(("x.npy", npy((2,), version=2))), "empty": b"", "no-zip": b"PK\3\4 not really",
        "truncated": good[:-30], "flipped": good[:150] + bytes([good[150] ^ 1]) + good[151:],
        "double": archive(("x.npy", npy((2,), values=bytes(16), descr="<f8"))),
        "big-endian": archive(("x.npy", npy((2,), descr=">f4"))), "object": archive(("x.npy", npy((1,), descr="|O"))),
        "fortran": archive(("x.npy", npy((2, 3), order="True"))), "not-npy": archive(("x.npy", b"hello")),
        "no-suffix": archive(("x", npy((2,)))), "no-name": archive((".npy", npy((2,)))),
        "climbs": archive(("../x.npy", npy((2,)))), "too-short": archive(("x.npy", npy((9,), values=bytes(4)))),
        "too-long": archive(("x.npy", npy((1,), values=bytes(40)))),
        "huge": archive(("x.npy", npy((2**31 - 1, 2**31 - 1), values=bytes(4)))),
    }.items():
        write("npz", name, content)


BASELINE = """seed = 1
[data]
source = "fashion_mnist"
validation = { first = 10000 }
[model]
layers = [ { type = "Rescaling", scale = 0.00392156862745098 }, { type = "Flatten" },
           { type = "Dense", units = 512, activation = "relu" }, { type = "BatchNormalization" },
           { type = "Dropout", rate = 0.5 }, { type = "Dense", units = 10, activation = "softmax" } ]
[compile]
optimizer = { type = "Adam", learning_rate = 0.001 }
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
[fit]
batch_size = 128
epochs = 10
callbacks = [ { type = "EarlyStopping", patience = 5 }, { type = "ReduceLROnPlateau", factor = 0.5, min_lr = 1e-6 } ]
"""


def write_recipe():
    def changed(old, new):
        assert old in BASELINE, old
        return BASELINE.replace(old, new)

    for name, text in {
        "baseline": BASELINE, "empty": "", "stratified": changed("{ first = 10000 }", '{ fraction = 0.2, order = "stratified" }'),
        "last": changed("{ first = 10000 }", "{ last = 0.2 }"),
        "sgd": changed('{ type = "Adam", learning_rate = 0.001 }', '{ type = "SGD", momentum = 0.9, nesterov = true }'),
        "idx": changed('"fashion_mnist"', '"idx"\ndirectory = "here"\nclasses = 3'), "no-toml": "[fit\nepochs",
        "unknown-key": changed("epochs", "epoch"), "wrong-type": changed("epochs = 10", 'epochs = "ten"'),
        "no-units": changed("units = 512", "units = 0"), "rate": changed("rate = 0.5", "rate = 1.5"),
        "no-layers": changed("layers", "layer"), "circle": 'extends = "circle"\n', "extends-missing": 'extends = "none.toml"\n' + BASELINE,
        "extends-itself": 'extends = "."\n', "infinite": changed("0.001", "inf"), "not-a-number": changed("0.001", "nan"),
        "huge": changed("batch_size = 128", "batch_size = 9223372036854775807"), "date": changed("seed = 1", "seed = 1979-05-27"),
        "negative-seed": changed("seed = 1", "seed = -1"), "deep": "x = " + "[" * 300 + "]" * 300,
    }.items():
        write("recipe", name + ".toml", text.encode())


def write_checkpoint():
    def number(value):
        return struct.pack("<q", value)

    def text(value):
        return number(len(value)) + value.encode()

    def values(*numbers, kind="d"):
        return number(len(numbers)) + struct.pack(f"<{len(numbers)}{kind}", *numbers)

    def logs(**entries):
        return number(len(entries)) + b"".join(text(name) + struct.pack("<d", value) for name, value in entries.items())

    def progress(variables=("dense/kernel (2, 2)", "dense/bias (2)"), weights=6, slots=2, epochs=1, callbacks=(), ended=b"\0"):
        return b"".join([
            number(7), number(3), number(32), number(100), number(len(variables)), *map(text, variables),
            number(1), ended, number(4), number(4), number(1), b"\0", number(9), struct.pack("<f", 0.001),
            number(slots), *[values(*[0.5] * weights, kind="f")] * slots, values(*range(weights), kind="f"),
            struct.pack("<d", 0.25), number(96), struct.pack("<6d", 1, 2, 3, 4, 96, 0), values(96, 50, 50),
            number(epochs), *[logs(accuracy=0.5, loss=1.25, val_loss=math.nan)] * epochs, values(*[0.1] * epochs),
            values(*[0.01] * epochs), text(""), number(len(callbacks)), *[text(name) + text(state) for name, state in callbacks]])

    good = progress(callbacks=[("EarlyStopping", "\1" * 8), ("CSVLogger 2", "")])
    sealed = b"telar checkpoint 1\n" + number(len(good)) + good
    for name, content in {
        "good": good, "no-epochs": progress(epochs=0), "no-variables": progress(variables=(), weights=0, slots=0),
        "many-epochs": progress(epochs=20), "ended": progress(ended=b"\1"), "neither-yes-nor-no": progress(ended=b"\2"), "empty": b"",
        "truncated": good[:-1], "trailing": good + b"\0", "huge-count": good[:32] + number(2**62) + good[40:],
        "negative-count": good[:32] + number(-1) + good[40:], "huge-int": good[:8] + number(2**40) + good[16:],
        "file": sealed + hashlib.sha256(sealed).hexdigest().encode(), "file-unsealed": sealed + b"0" * 64,
        "file-no-end": sealed, "file-other-version": sealed.replace(b"1", b"2", 1),
        "file-nonsense": b"telar checkpoint 1\n" + number(3) + b"abc" + hashlib.sha256(
            b"telar checkpoint 1\n" + number(3) + b"abc").hexdigest().encode(),
    }.items():
        write("checkpoint", name, content)


def write_csv():
    good = "a,b,y\n1,2.5,red\n-3e4,.5,blue\n"
    for name, text in {
        "classes": good, "crlf": good.replace("\n", "\r\n"), "no-end": good[:-1], "regression": "a;y\n1;2\n3;4\n", "empty": "",
        "names-only": "a,y\n", "mark": "\ufeff" + good, "missing": "a,y\n,k\n?,k\nNaN,\n", "short-line": "a,b,y\n1,2\n",
        "long-line": "a,y\n1,k,3\n", "quotes": '"a ""b""",y\n "1" ,"x,\nz"\n', "open-quote": 'a,y\n"1,k\n', "after-quote": 'a,y\n"1"2,k\n',
        "text": "a,y\nred,k\n", "huge": "a,y\n1e39,k\n", "infinite": "a,y\ninf,k\n", "long-number": "a,y\n0." + "123456789" * 9 + ",k\n",
        "leading-zeros": "a,y\n" + "0" * 50 + "1.5,k\n", "names-twice": "a,a,y\n1,2,k\n", "no-names": "1,2\n", "number-labels": "a,y\n1,10\n1,9\n",
        "empty-lines": "\n\na,y\n\r\n1,k\n\n", "lone-cr": "a,y\r1,k\r", "nul": "a,y\n\0,k\n", "no-y": "a,b\n1,2\n",
    }.items():
        write("csv", name, text.encode())


def write_samples():
    numbers = struct.pack("<4h", 1, -2, 3, 4)
    for name, content in {
        "table": b"a,b,y\n1,2.5,red\n-3e4,.5,blue\n", "other-order": b"y;b;a\n\"x;\n\"\"\";1;2\n", "no-header": b"\n\r\n1,2\n3,4",
        "missing-first": b"1,\n3,4\n", "missing": b"a,b\n1,?\n", "unknown-column": b"a,b,c\n1,2,3\n", "lacking-column": b"aa,b\n1,2\n",
        "twice": b"a,b,a\n1,2,3\n", "mark": b"\xef\xbb\xbf\"a\",b\n1,2\n", "tabs": b"a\tb\n1\t 2\n", "bars": b"a|b\n1|2\n",
        "open-quote": b"a,b\n1,\"2\n", "one-column": b"b,a\n1,x\n", "six": b"1,2,3,4,5,6\n1,2,3,4,5\n", "empty": b"", "blank": b"\n\n\n",
        "table.gz": gzip.compress(b"a,b\n1,2\n", mtime=0), "bad-crc.gz": gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6] + bytes(6),
        "shorts.npy": npy((2, 2), numbers, "<i2"), "turned.npy": npy((2, 2), numbers, ">i2"), "doubles.npy": npy((1, 2), bytes(16), "<f8"),
        "floats.npy": npy((1, 2, 3)), "bools.npy": npy((3, 2), bytes(range(6)), "|b1"), "nan.npy": npy((1, 2), b"\xff" * 8),
        "large.npy": npy((1, 2), struct.pack("<2d", 1e300, 0), "<f8"), "fortran.npy": npy((2, 3), order="True"),
        "no-samples.npy": npy((0, 2)), "number.npy": npy(()), "truncated.npy": npy((3, 2))[:-1], "trailing.npy": npy((3, 2)) + b"x",
        "huge.npy": npy((2**31 - 1, 2), bytes(4)), "shorts.npy.gz": gzip.compress(npy((2, 2), numbers, "<i2"), mtime=0),
        "images.idx": idx(4, 2, 3), "rows.idx": idx(3, 2), "shorts.idx": idx(2, 2, values=numbers, magic=b"\0\0\x0b"),
        "doubles.idx": idx(1, 2, values=bytes(16), magic=b"\0\0\x0e"), "truncated.idx": idx(4, 2, 3)[:-1], "trailing.idx": idx(3, 2) + b"x",
        "images.idx.gz": gzip.compress(idx(4, 2, 3), mtime=0), "picture": b"\x89PNG\r\n\x1a\n",
    }.items():
        write("samples", name, content)


# By libjpeg-turbo: a baseline picture, progressive ones, and one in the four inks of a printer.
JPEGS = {
    "grey": (
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H///"
        "/6/+b9//j/wAALCAAEAAUBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIh"
        "MUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhI"
        "WGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AIUt"
        "o8fdr//Z"
    ),
    "progressive": (
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H///"
        "/6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wgARCAAJ"
        "AAcDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAH/xAAVAQEBAAAAAAAAAAAAAAAAAAAAAf/aAAwDAQACEAMQAAABik//xAAWEAADAA"
        "AAAAAAAAAAAAAAAAAAAzL/2gAIAQEAAQUCGR//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAEDAQE/AX//xAAUEQEAAAAAAAAAAAAAAAAAAAAA"
        "/9oACAECAQE/AX//xAAWEAEBAQAAAAAAAAAAAAAAAAAAIYH/2gAIAQEABj8CjX//xAAZEAACAwEAAAAAAAAAAAAAAAAAAREhMVH/2gAIAQEAAT"
        "8hSTqEdozH/9oADAMBAAIAAwAAABD/AP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQMBAT8Qf//EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAI"
        "AQIBAT8Qf//EABsQAAIBBQAAAAAAAAAAAAAAAAABIRExkaGx/9oACAEBAAE/EEaiLo5YozRcZ//Z"
    ),
    "cmyk": (
        "/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwCgbniMeGSgjIKMtKqgvvD///Dc3PD///////////////////////////////////////////////////"
        "///////9sAQwGqtLTw0vD//////////////////////////////////////////////////////////////////////////////8IAFAgAAgAC"
        "BAERAAIRAQMRAQQRAP/EABQAAQAAAAAAAAAAAAAAAAAAAAH/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/9oADgQBAAIQAxAEAAAAAUP/xAAUEAEAAA"
        "AAAAAAAAAAAAAAAAAA/9oACAEBAAEFAn//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAECAQEFAn//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oA"
        "CAEDAQEFAn//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEEAAEFAn//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAY/An//xAAUEQEAAA"
        "AAAAAAAAAAAAAAAAAA/9oACAECAQY/An//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAEDAQY/An//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oA"
        "CAEEAAY/An//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAE/IX//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAECAQE/IX//xAAUEQEAAA"
        "AAAAAAAAAAAAAAAAAA/9oACAEDAQE/IX//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEEAAE/IX//2gAOBAEAAgADAAQAAAAQD//EABYQAAMA"
        "AAAAAAAAAAAAAAAAAAABEf/aAAgBAQABPxCs/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAgEBPxB//8QAFBEBAAAAAAAAAAAAAAAAAAAAAP"
        "/aAAgBAwEBPxB//8QAFhAAAwAAAAAAAAAAAAAAAAAAAAER/9oACAEEAAE/EIj/2Q=="
    ),
}


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows, depth=8, color=0, interlaced=0, extra=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


def write_picture():
    jpegs = {name: base64.b64decode(text) for name, text in JPEGS.items()}
    grey = png(3, 2, b"\0\1\2\3\1\4\5\6")
    baseline = jpegs["grey"]
    size = baseline.index(b"\xff\xc0") + 5
    for name, content in {
        "grey.png": grey, "rgb.png": png(1, 2, b"\0abc\2def", color=2), "rgba.png": png(1, 1, b"\0abc\x80", color=6),
        "grey-alpha.png": png(1, 1, b"\0a\x80", color=4), "one-bit.png": png(9, 1, b"\0\xaa\x80", depth=1),
        "sixteen-bits.png": png(1, 1, b"\0\x12\x34", depth=16), "interlaced.png": png(1, 1, b"\0a", interlaced=1),
        "palette.png": png(2, 1, b"\0\0\1", color=3, extra=png_chunk(b"PLTE", b"abcdef") + png_chunk(b"tRNS", b"\0")),
        "gamma.png": png(1, 1, b"\0a", extra=png_chunk(b"gAMA", struct.pack(">I", 100000))),
        "no-palette.png": png(2, 1, b"\0\0\1", color=3), "few-rows.png": png(3, 2, b"\0\1"), "filter.png": png(1, 1, b"\7a"),
        "huge.png": png(2**31 - 1, 2**31 - 1, b"\0"), "large.png": png(8000, 8000, b"\0"), "nothing.png": png(0, 1, b""),
        "truncated.png": grey[:-20], "flipped.png": grey[:45] + bytes([grey[45] ^ 1]) + grey[46:], "signature.png": grey[:8],
        "trailing.png": grey + b"more", "long-chunk.png": grey[:8] + b"\xff" * 4 + grey[12:],
        **{name + ".jpg": content for name, content in jpegs.items()},
        "truncated.jpg": baseline[:-9], "huge.jpg": baseline[:size] + b"\xff" * 4 + baseline[size + 4:],
        "large.jpg": baseline[:size] + b"\x08\0\x08\0" + baseline[size + 4:], "no-scan.jpg": baseline[:size + 8] + b"\xff\xd9",
        "trailing.jpg": baseline + b"more", "empty": b"", "gif": b"GIF89a",
    }.items():
        write("picture", name, content)


def write_npy():
    f4 = npy((3, 2))
    for name, content in {
        "f4": f4, "version-2": npy((2,), version=2), "number": npy(()), "nothing": npy((0, 3)), "u1": npy((2, 2), b"abcd", "|u1"),
        "bool": npy((2,), b"\0\1", "|b1"), "f8-big": npy((2,), struct.pack(">2d", 1, 2), ">f8"), "i8": npy((2,), struct.pack("<2q", -1, 2), "<i8"),
        "u8-large": npy((1,), b"\xff" * 8, "<u8"), "i2-big": npy((2,), b"\0\1\2\3", ">i2"), "nan": npy((1,), struct.pack("<f", math.nan)),
        "too-large": npy((1,), struct.pack("<d", 1e300), "<f8"), "fortran": npy((2, 3), bytes(range(6)), "|u1", order="True"),
        "text": npy((1,), bytes(8), "<U2"), "object": npy((1,), b"", "|O"), "half": npy((2,), bytes(4), "<f2"),
        "fields": npy((1,), bytes(4)).replace(b"'<f4'", b"[('a', '<f4')]"), "too-short": npy((9,), bytes(4)),
        "too-long": npy((1,), bytes(40)), "huge": npy((2**31 - 1, 2**31 - 1), bytes(4)), "empty": b"", "magic": f4[:6], "header": f4[:40],
    }.items():
        write("npy", name, content)


def write_report():
    run = {"schema": "telar.train/1", "recipe": "r", "seed": 3, "threads": 1, "ended": "stopped_early", "reason": "enough",
           "history": {"loss": [0.9, 0.5], "val_loss": [0.8, None], "accuracy": [0.5, 0.7], "learning_rate": [1e-3, 5e-4]},
           "epoch_seconds": [0.1, 0.1], "validation": {"loss": 0.5, "accuracy": 0.7}, "test": {"loss": 0.6, "accuracy": 0.75},
           "intervals": {"test.accuracy": [0.6, 0.9], "test.loss": [0.5, 0.7]}, "weights_sha256": "ab" * 32, "run_dir": "runs/r",
           "classes": [{"class": "Bag"}, {"class": "<script>"}], "confusion": [[3, 1], [0, 4]]}
    study = {"schema": "telar.compare/1", "baseline": "b", "metric": "val_accuracy", "band": 0.002, "test_readings": {"comparisons": 2},
             "baseline_runs": {"runs": [{"run_dir": "runs/b"}]},
             "changes": [{"recipe": "<b>", "verdict": "worse", "delta": -0.02, "interval": [-0.03, -0.01], "p": 0.01, "seeds": 8,
                          "watches_validation": ["EarlyStopping"], "test": {"delta": -0.01, "interval": [-0.02, 0]},
                          "why": {"mechanisms": [{"finding": "consistent", "words": "a rate: <b>"}, {"finding": "?"}, 3], "remedy_words": "less",
                                  "measures": [{"words": "jitter", "baseline": 0.1, "change": None, "delta": -1, "interval": [-2, 1]}, []]}},
                         {"recipe": "c", "verdict": "undecided", "delta": None, "interval": None, "p": None, "seeds": 0, "seeds_needed": 40}]}
    environment = {"telar": "0.1.0", "command": ["telar", "train", "a b"], "threads": 2, "cpu": "\x1b[2J",
                   "data": {"train": {"name": "t", "samples": 9}, "test": []}}
    search = {name: json.loads((TUNING / f"{name}.json").read_text()) for name in ("one-objective", "two-objectives")}
    for name, content in {
        **{f"search-{name}": content for name, content in search.items()},
        "search-wrong-types": {**search["one-objective"], "finalists": [3], "best": {"trial": 99, "differences": [{}]}, "rungs": "x", "proof": None},
        "search-no-trials": {**search["two-objectives"], "trials": [], "parameters": []},
        "run": run, "study": study, "environment": environment, "both": {**environment, **run}, "number": 7, "list": [run], "empty": {},
        "no-epochs": {**run, "history": {}}, "no-square": {**run, "confusion": [[1, 2], [3]]}, "negative": {**run, "confusion": [[-1]]},
        "large": {**run, "confusion": [[2**63]], "seed": 2**64 - 1}, "no-scores": {**run, "test": None, "validation": {}},
        "wrong-types": {**run, "history": [1], "classes": 3, "intervals": [], "test": {"accuracy": "x"}, "ended": 1},
        "more-names": {**run, "classes": [{"class": name} for name in "abc"]},
        "no-verdict": {**study, "changes": [{}]}, "no-changes": {**study, "changes": 1}, "no-change": {**study, "changes": []},
    }.items():
        write("report", name + ".json", json.dumps(content).encode())


if __name__ == "__main__":
    write_samples()
    write_csv()
    write_checkpoint()
    write_idx()
    write_npy()
    write_npz()
    write_picture()
    write_recipe()
    write_report()
