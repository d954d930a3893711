"""Pictures and NumPy arrays of a user's own: source = "images" and source = "npy"."""

import base64
import json
import struct
import unittest
import zipfile
import zlib

from support import ProgramTest

MODEL = """
[model]
layers = [ { type = "Rescaling", scale = 0.00392156862745098 }, { type = "Flatten" }, { type = "Dense", units = 2, activation = "softmax" } ]
[compile]
optimizer = { type = "Adam", learning_rate = 0.1 }
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
[fit]
batch_size = 8
epochs = 10
"""


def png(height, width, pixels, color=0):
    """A PNG file of bytes: grey, or with color = 2 red, green and blue."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    line = width * (3 if color else 1)
    rows = b"".join(b"\0" + bytes(pixels[y * line:(y + 1) * line]) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# Five grey pixels by four, by libjpeg-turbo.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H///"
    "/6/+b9//j/wgALCAAEAAUBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAv/aAAgBAQAAAAEf/8QAFhAAAwAAAAAAAAAAAAAAAAAAAAES/9oACAEB"
    "AAEFApR//8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAGPwJ//8QAFhAAAwAAAAAAAAAAAAAAAAAAAAFR/9oACAEBAAE/IVA//9oACAEBAA"
    "AAEH//xAAVEAEBAAAAAAAAAAAAAAAAAAAAEf/aAAgBAQABPxCY/9k=")


def bars(upright, number, side=12):
    """A bright bar on a dark ground."""
    at = 2 + number % (side - 4)
    return bytes(200 + number % 50 if (x if upright else y) == at else number % 20 for y in range(side) for x in range(side))


def npy(descr, shape, values, fortran=False):
    text = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + values


class Images(ProgramTest):
    def setUp(self):
        super().setUp()
        for name, upright in (("flat", False), ("upright", True)):
            (self.folder / "bars" / name).mkdir(parents=True)
            for i in range(20):
                (self.folder / "bars" / name / f"{i:02}.png").write_bytes(png(12, 12, bars(upright, i)))
        (self.folder / "bars/README").write_text("bars")
        (self.folder / "bars.toml").write_text(
            '[data]\nsource = "images"\ntrain = "bars"\nsize = [6, 6]\nvalidation = { fraction = 0.25, order = "stratified" }\n' + MODEL)

    def test_a_folder_of_pictures_trains_and_is_evaluated_again(self):
        d = self.document("train", "bars.toml", "--out", "run")
        self.assertEqual([(c["class"], c["samples"]) for c in d["classes"]], [("flat", 4), ("upright", 4)])
        self.assertEqual(d["test"]["accuracy"], 1)
        self.assertEqual(self.document("evaluate", "run")["test"], d["test"])
        self.assertIn('dir = "' + str(self.folder), (self.folder / "run/recipe.toml").read_text())
        data = json.loads((self.folder / "run/environment.json").read_text())["data"]
        self.assertEqual((data["train"]["shape"], data["train"]["samples"]), ([6, 6], 24))
        self.assertLess(data["train"]["pictures"]["border"], 64)

    def test_a_folder_of_its_own_is_the_test_set(self):
        (self.folder / "later/upright").mkdir(parents=True)
        (self.folder / "later/upright/a.png").write_bytes(png(1, 1, b"\0\0\0", color=2))
        (self.folder / "later/upright/b.JPG").write_bytes(JPEG)
        d = self.document("train", "bars.toml", "--set", "data.test=later")
        self.assertEqual([c["samples"] for c in d["classes"]], [0, 2])
        (self.folder / "later/upright").rename(self.folder / "later/uprihgt")
        self.assert_refused(5, "train", "bars.toml", "--set", "data.test=later", says=['"uprihgt"', 'did you mean "upright"'])

    def test_inspect_counts_and_draws_a_contact_sheet(self):
        (self.folder / "bars/flat/99.png").write_bytes((self.folder / "bars/flat/10.png").read_bytes())
        d = self.document("data", "inspect", "bars.toml", "--sheet", "sheet.png", "--set", "data.validation={ first = 1 }")
        self.assertEqual(d["skipped_files"], 1)
        self.assertEqual(d["sheet"], {"file": "sheet.png", "columns": 10, "rows": ["flat", "upright"]})
        sets = d["sets"]
        self.assertEqual(sum(s["samples"] for s in sets.values()), 41)
        self.assertEqual(sum(s["duplicates"] + s.get("also_in_training", 0) for s in sets.values()), 1)
        sheet = (self.folder / "sheet.png").read_bytes()
        self.assertEqual(struct.unpack(">II", sheet[16:24]), (82, 18))
        done = self.telar("data", "inspect", "bars.toml", "--sheet", "again.png", "--set", "data.validation={ first = 1 }")
        self.assertEqual((self.folder / "again.png").read_bytes(), sheet, "the same samples give the same sheet")
        self.assertIn("again.png: rows from the top are flat, upright", done.stdout)
        self.assertIn("skipped: 1", done.stdout)

    def test_a_sheet_that_cannot_be_drawn_or_written_is_an_error(self):
        self.assert_refused(6, "data", "inspect", "bars.toml", "--sheet", "none/sheet.png", says=["none/sheet.png"])
        (self.folder / "t.csv").write_text("a,kind\n" + "1,x\n2,y\n" * 10)
        (self.folder / "t.toml").write_text('[data]\nsource = "csv"\ntrain = "t.csv"\nlabel = "kind"\n' + MODEL)
        self.assert_refused(2, "data", "inspect", "t.toml", "--sheet", "s.png", says=["no pictures"])

    def test_mistakes_in_the_recipe_are_mistakes_of_usage(self):
        for setting, says in (
            ("data.size=[6]", ["data.size has 1 numbers", "size = [28, 28]"]),
            ("data.size=[]", ["data.size is missing"]),
            ("data.channels=2", ["data.channels = 2", "1 or 3"]),
            ("data.train=", ["data.train is missing"]),
            ("data.test_fraction=0.001", ["leaves one part of bars", "test = "]),
            ("model.layers.2.units=3", ["3 outputs", "2 classes"]),
        ):
            with self.subTest(setting):
                self.assert_refused(2, "train", "bars.toml", "--set", setting, says=says)
        self.assert_refused(5, "train", "bars.toml", "--set", "data.train=none", says=["none", "No such file"])

    def test_a_picture_that_lies_or_is_cut_is_named(self):
        bad = self.folder / "bars/flat/50.png"
        for content, says in (
            (b"", "is empty"), (b"GIF89a", "neither a PNG nor a JPEG"), (png(12, 12, bars(True, 1))[:-20], "truncated"),
            (png(12, 12, bars(True, 1)).replace(struct.pack(">II", 12, 12), b"\x7f\xff\xff\xff" * 2), "at most 67108864"),
            (b"\xff\xd8\xff\xe0 and no more", "JPEG"),
        ):
            with self.subTest(says):
                bad.write_bytes(content)
                self.assert_refused(5, "train", "bars.toml", says=["bars/flat/50.png", says])

    def test_bytes_that_nothing_scales_are_warned_of(self):
        done = self.telar("doctor", "bars.toml", "--set", 'model.layers=["Flatten", { type = "Dense", units = 2, activation = "softmax" }]')
        self.assertIn("takes bytes as they are", done.stdout)
        self.assertNotIn("takes bytes as they are", self.telar("doctor", "bars.toml").stdout)


class Arrays(ProgramTest):
    def setUp(self):
        super().setUp()
        self.put("x_train", npy("|u1", (40, 12, 12), b"".join(bars(i % 2, i // 2) for i in range(40))))
        self.put("y_train", npy("<i8", (40,), struct.pack("<40q", *[i % 2 for i in range(40)])))
        self.put("x_test", npy("|u1", (10, 12, 12), b"".join(bars(i % 2, i // 2 + 3) for i in range(10))))
        self.put("y_test", npy("|u1", (10, 1), bytes(i % 2 for i in range(10))))
        (self.folder / "arrays.toml").write_text('[data]\nsource = "npy"\n' + MODEL)

    def put(self, name, content):
        (self.folder / f"{name}.npy").write_bytes(content)

    def test_array_files_train_and_are_evaluated_again(self):
        d = self.document("train", "arrays.toml", "--out", "run")
        self.assertEqual(d["test"]["accuracy"], 1)
        self.assertEqual(self.document("evaluate", "run")["test"], d["test"])

    def test_an_archive_gives_the_same_weights(self):
        with zipfile.ZipFile(self.folder / "bars.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("x_train", "y_train", "x_test", "y_test"):
                archive.write(self.folder / f"{name}.npy", name.replace("_", ".") + ".npy")
        d = self.document("train", "arrays.toml")
        names = [f"--set=data.{name}={name.replace('_', '.')}" for name in ("x_train", "y_train", "x_test", "y_test")]
        archive = self.document("train", "arrays.toml", "--set", "data.archive=bars.npz", *names)
        self.assertEqual(archive["weights_sha256"], d["weights_sha256"])
        self.assert_refused(5, "train", "arrays.toml", "--set", "data.archive=bars.npz",
                            says=["bars.npz", 'no array "x_train"', 'did you mean "x.train"'])

    def test_without_test_arrays_a_part_is_held_out(self):
        d = self.document("train", "arrays.toml", "--set", "data.x_test=", "--set", "data.y_test=")
        self.assertEqual(sum(c["samples"] for c in d["classes"]), 8)
        self.assert_refused(2, "train", "arrays.toml", "--set", "data.x_test=", says=["go together"])

    def test_floating_point_numbers_are_a_regression(self):
        for part, count in (("train", 40), ("test", 10)):
            self.put(f"x_{part}", npy("<f8", (count, 2), struct.pack(f"<{2 * count}d", *range(2 * count)), fortran=True))
            self.put(f"y_{part}", npy("<f4", (count,), struct.pack(f"<{count}f", *range(count))))
        d = self.document("train", "arrays.toml", "--set", "compile.loss=mse", "--set", "compile.metrics=[]",
                          "--set", 'model.layers=["Normalization", { type = "Dense", units = 1 }]')
        self.assertNotIn("accuracy", d["test"])
        report = self.document("data", "inspect", "arrays.toml", "--set", "compile.loss=mse")["sets"]
        self.assertEqual(report["train"]["targets"], [{"min": 0, "mean": 19.5, "max": 39}])

    def test_mistakes_in_the_arrays_name_file_and_array(self):
        self.put("y_train", npy("<U4", (40,), bytes(16 * 40)))
        self.assert_refused(5, "train", "arrays.toml", says=["y_train.npy", "text", "numpy.unique"])
        self.put("y_train", npy("<i8", (39,), bytes(8 * 39)))
        self.assert_refused(5, "train", "arrays.toml", says=["y_train.npy", "39", "40 samples"])
        self.put("x_train", npy("<f4", (1,), struct.pack("<f", float("nan"))))
        self.assert_refused(5, "train", "arrays.toml", says=["x_train.npy", "not a number"])
        (self.folder / "x_train.npy").unlink()
        self.assert_refused(5, "train", "arrays.toml", says=["x_train.npy", "No such file"])

    def test_bytes_that_nothing_scales_are_warned_of_once_they_are_seen(self):
        bare = "--set", 'model.layers=["Flatten", { type = "Dense", units = 2, activation = "softmax" }]'
        self.assertIn("takes bytes as they are", self.telar("doctor", "arrays.toml", *bare).stdout)
        self.assertIn("takes bytes as they are", self.telar("train", "arrays.toml", *bare).stderr)
        self.assertNotIn("takes bytes as they are", self.telar("doctor", "arrays.toml").stdout)


if __name__ == "__main__":
    unittest.main()
