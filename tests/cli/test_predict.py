"""What a trained network makes of samples: telar predict."""

import gzip
import json
import os
import select
import struct
import subprocess
import threading
import unittest
import zlib

from support import CLASSES, SIDE, ProgramTest, idx, samples
from test_sources import png
from test_tables import RECIPE as PLANTS

IMAGES = "data/t10k-images-idx3-ubyte"


def npy(kind, shape, values):
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + values


class Predict(ProgramTest):
    def train(self, *settings, recipe="recipe.toml", out="run"):
        return self.document("train", recipe, *settings, "--out", out)

    def predictions(self, *arguments):
        d = self.document("predict", *arguments)
        self.assertEqual(list(d), ["schema", "predictions"])
        self.assertEqual(d["schema"], "telar.predict/1")
        return d["predictions"]

    def piped(self, data, *arguments, **options):
        return subprocess.run([self.program, "predict", *arguments], cwd=self.folder, env=self.environment, input=data,
                              capture_output=True, timeout=300, **options)


class Images(Predict):
    def test_images_are_told_apart_as_evaluate_does(self):
        trained = self.train()
        predictions = self.predictions("run", IMAGES)
        _, labels = samples(100, 2)
        self.assertEqual([(p["source"], p["index"]) for p in predictions], [(IMAGES, i) for i in range(100)])
        confusion = [[0] * CLASSES for _ in range(CLASSES)]
        for p, label in zip(predictions, labels):
            confusion[label][p["label"]] += 1
            self.assertEqual(p["class"], str(p["label"]), "classes without names have numbers")
            self.assertEqual(len(p["probabilities"]), CLASSES)
            self.assertAlmostEqual(sum(p["probabilities"]), 1, 5)
            ranks = sorted(range(CLASSES), key=lambda c: -p["probabilities"][c])
            self.assertEqual([t["label"] for t in p["top"]], ranks[:3])
            self.assertEqual(p["top"][0], {"label": p["label"], "class": p["class"], "probability": max(p["probabilities"])})
        self.assertEqual(confusion, trained["confusion"])

    def test_the_same_sample_gives_the_same_bits_in_any_file_batch_and_format(self):
        self.recipe_with('{ type = "Flatten" },', '{ type = "Flatten" }, { type = "BatchNormalization" },')
        self.train()
        pixels, _ = samples(100, 2)
        size = SIDE * SIDE
        every = [p["probabilities"] for p in self.predictions("run", IMAGES)]
        whole = idx((100, SIDE, SIDE), pixels)
        (self.folder / "x.gz").write_bytes(gzip.compress(whole))
        (self.folder / "members.gz").write_bytes(b"".join(gzip.compress(whole[i:i + 700]) for i in range(0, len(whole), 700)))
        (self.folder / "rows.npy").write_bytes(npy("|u1", (100, size), bytes(pixels)))
        (self.folder / "images.npy").write_bytes(npy(">f8", (100, SIDE, SIDE), struct.pack(f">{100 * size}d", *pixels)))
        (self.folder / "table.csv").write_text("".join(",".join(map(str, pixels[i * size:(i + 1) * size])) + "\n" for i in range(100)))
        for name in ("x.gz", "members.gz", "rows.npy", "images.npy", "table.csv"):
            self.assertEqual([p["probabilities"] for p in self.predictions("run", name)], every, name)
        for i in (0, 37, 99):
            (self.folder / "one.idx").write_bytes(idx((1, SIDE, SIDE), pixels[i * size:(i + 1) * size]))
            self.assertEqual(self.predictions("run", "one.idx")[0]["probabilities"], every[i], "alone as among others")
        for threads in ("1", "3"):
            self.assertEqual([p["probabilities"] for p in self.predictions("run", IMAGES, "--threads", threads)], every)
        self.assertEqual([p["probabilities"] for p in self.predictions("run/model.keras", IMAGES)], every)

    def test_several_files_and_standard_input(self):
        self.train()
        whole = (self.folder / IMAGES).read_bytes()
        done = self.piped(whole, "run", "-", IMAGES, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        predictions = json.loads(done.stdout)["predictions"]
        self.assertEqual([(p["source"], p["index"]) for p in predictions],
                         [("-", i) for i in range(100)] + [(IMAGES, i) for i in range(100)])
        self.assertEqual([p["probabilities"] for p in predictions[:100]], [p["probabilities"] for p in predictions[100:]])
        self.assertEqual(self.piped(gzip.compress(whole), "run", "-").returncode, 0, "gzip is told by its first bytes")
        self.assert_refused(2, "predict", "run", "-", "-", says=["standard input"])

    def test_a_table_for_people(self):
        self.train()
        done = self.telar("predict", "run", IMAGES, "--top", "2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 100)
        self.assertRegex(lines[7], r"^ +7  [0-3] +\d+\.\d\d %  [0-3] +\d+\.\d\d %$")
        self.assertEqual(self.telar("predict", "run", IMAGES, "--top", "9").stdout.splitlines()[0].count("%"), CLASSES)
        self.assertEqual(self.telar("predict", "run", IMAGES, IMAGES).stdout.splitlines()[101], IMAGES)

    def test_what_cannot_be_predicted_is_said(self):
        self.train()
        self.assert_refused(5, "predict", "nothing", IMAGES, says=["nothing", "no such run folder"])
        self.assert_refused(5, "predict", "run", "none.csv", says=["none.csv", "No such file"])
        self.assert_refused(5, "predict", "run", "data", says=["data", "no regular file"])
        self.assert_refused(2, "predict", "run", says=["FILE"])
        self.assert_refused(2, "predict", "run", IMAGES, "--top", "0", says=["--top"])
        (self.folder / "film.gif").write_bytes(b"GIF89a\0")
        self.assert_refused(5, "predict", "run", "film.gif", says=["film.gif", "known: ", "CSV", "NumPy", "IDX", "PNG"])
        (self.folder / "small.npy").write_bytes(npy("|u1", (2, 7, 7), bytes(98)))
        self.assert_refused(5, "predict", "run", "small.npy", says=["small.npy", "(2, 7, 7)", "(N, 8, 8)"])

    def test_a_photo_is_made_as_the_training_pictures_are(self):
        self.train()
        pixels, _ = samples(100, 2)
        pixels = pixels[:SIDE * SIDE]
        expected = self.predictions("run", IMAGES)[0]["probabilities"]

        def photo(name, change, color=2, scale=3):
            side = range(SIDE * scale)
            large = [change(pixels[y // scale * SIDE + x // scale]) for y in side for x in side for _ in range(3 if color else 1)]
            (self.folder / name).write_bytes(png(SIDE * scale, SIDE * scale, large, color))

        photo("grey.png", lambda p: p, color=0)
        photo("large.png", lambda p: p, scale=9)
        photo("inverted.png", lambda p: 255 - p)
        for name in ("grey.png", "large.png", "inverted.png"):
            done = self.telar("predict", "run", name, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["predictions"][0]["probabilities"], expected, name)
            self.assertEqual("bright and dark were changed" in done.stderr, name == "inverted.png", done.stderr)
            self.assertNotIn("warning", done.stderr)
        done = self.piped((self.folder / "grey.png").read_bytes(), "run", "-", "--json")
        self.assertEqual(json.loads(done.stdout)["predictions"][0]["probabilities"], expected)

        photo("paper.png", lambda p: 255)
        self.assertRegex(self.telar("predict", "run", "paper.png").stderr,
                         r"warning: paper.png is unlike the training pictures: its mean brightness is 0, .* \d+ to \d+")
        self.assertIn("not known", self.telar("predict", "run/model.keras", "grey.png").stderr)
        (self.folder / "cut.png").write_bytes((self.folder / "grey.png").read_bytes()[:60])
        self.assert_refused(5, "predict", "run", "cut.png", says=["cut.png"])
        self.assert_refused(2, "predict", "run", "grey.png", "--ignore", "a", says=["grey.png", "--ignore"])

    def test_a_file_name_does_not_steer_the_terminal(self):
        self.train()
        name = "a\x1b[31m\nb"
        (self.folder / name).write_bytes((self.folder / IMAGES).read_bytes())
        self.assertIn("a?[31m?b\n", self.telar("predict", "run", name, IMAGES).stdout)
        self.assertEqual(self.predictions("run", name)[0]["source"], name)
        os.remove(self.folder / name)
        done = subprocess.run([self.program, "predict", "run", b"a\x9b31m.csv"], cwd=self.folder, capture_output=True)
        self.assertEqual(done.returncode, 5)
        self.assertIn(b"a?31m.csv", done.stderr)

    def test_a_result_that_cannot_be_written_is_an_error(self):
        self.train()
        for options in ([], ["--json"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([self.program, "predict", "run", IMAGES, *options], cwd=self.folder, stdout=full,
                                      stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 6, done.stderr)
            self.assertIn("No space left on device", done.stderr)
        (self.folder / "many.idx").write_bytes(idx((60000, SIDE, SIDE), bytes(60000 * SIDE * SIDE)))
        running = subprocess.Popen([self.program, "predict", "run", "many.idx", "--json"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.stdout.read(100)
        running.stdout.close()  # as `head` does
        self.assertIn("Broken pipe", running.stderr.read())
        running.stderr.close()
        self.assertEqual(running.wait(), 6)

    def test_what_cannot_be_read_to_its_end_is_an_error(self):
        self.train()
        directory = os.open(self.folder, os.O_RDONLY)
        self.addCleanup(os.close, directory)
        done = subprocess.run([self.program, "predict", "run", "-"], cwd=self.folder, stdin=directory, capture_output=True, text=True)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("Is a directory", done.stderr)
        whole = (self.folder / IMAGES).read_bytes()
        done = self.piped(whole[:-1], "run", "-")
        self.assertEqual((done.returncode, done.stdout), (5, b""))
        self.assertIn(b"truncated", done.stderr)
        done = self.piped(gzip.compress(whole)[:-4], "run", "-")
        self.assertEqual(done.returncode, 5, done.stderr)


class Tables(Predict):
    def setUp(self):
        super().setUp()
        lines = [f"{i % 7},{(i % 2) * 10 + i % 3},{'oak' if i % 2 else 'fir'}" for i in range(100)]
        (self.folder / "plants.csv").write_text("\n".join(["height,width,kind", *lines]) + "\n")
        (self.folder / "plants.toml").write_text(PLANTS)
        (self.folder / "new.csv").write_text("width,id,height\n11,A7,3\n0,B9,3\n")

    def test_columns_are_found_by_their_names(self):
        self.train(recipe="plants.toml")
        predictions = self.predictions("run", "new.csv", "--ignore", "id")
        self.assertEqual([p["class"] for p in predictions], ["oak", "fir"])
        (self.folder / "other.csv").write_text("height,width\n3,11\n3,0\n")
        (self.folder / "bare.csv").write_text("3,11\n3,0\n")
        for name in ("other.csv", "bare.csv"):
            self.assertEqual([p["probabilities"] for p in self.predictions("run", name)],
                             [p["probabilities"] for p in predictions])
        done = self.piped(b"height;width\n3;11\n", "run", "-", "--json")
        self.assertEqual(json.loads(done.stdout)["predictions"][0]["probabilities"], predictions[0]["probabilities"])
        self.assert_refused(5, "predict", "run", "new.csv", says=["new.csv:1:1", '"id"', "--ignore"])
        self.assert_refused(2, "predict", "run", "new.csv", "--ignore", "idd", says=["new.csv", 'did you mean "id"?'])

    def test_the_column_that_was_learnt_is_not_read(self):
        self.train(recipe="plants.toml")
        done = self.telar("predict", "run", "plants.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('note: plants.csv: column "kind" is what is predicted', done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 100)
        self.assertEqual(self.telar("predict", "run", "plants.csv", "-q").stderr, "")

    def test_names_are_those_of_the_training_whatever_its_files_are_now(self):
        self.train(recipe="plants.toml")
        before = self.predictions("run", "new.csv", "--ignore", "id")
        (self.folder / "plants.csv").write_text("a,b,c\n1,2,x\n")
        self.assertEqual(self.predictions("run", "new.csv", "--ignore", "id"), before)
        (self.folder / "plants.csv").unlink()
        self.assertEqual(self.predictions("run", "new.csv", "--ignore", "id"), before)
        self.document("export", "run", "--keras", "plants.keras")
        self.assertEqual(self.predictions("plants.keras", "new.csv", "--ignore", "id"), before)

    def test_a_network_that_keras_has_no_words_for_needs_its_data_no_more(self):
        layers = "model.layers=[ { type = 'Normalization' }, { type = 'Dense', units = 8, activation = 'gelu_tanh' }, " \
                 "{ type = 'Dense', units = 2, activation = 'softmax' } ]"
        self.train("--set", layers, recipe="plants.toml")
        self.assertFalse((self.folder / "run/model.keras").exists())
        (self.folder / "plants.csv").unlink()
        self.assertEqual([p["class"] for p in self.predictions("run", "new.csv", "--ignore", "id")], ["oak", "fir"])

    def test_one_output_tells_two_classes_apart(self):
        for loss, activation in (("{ type = 'BinaryCrossentropy' }", "sigmoid"),
                                 ("{ type = 'BinaryCrossentropy', from_logits = true }", "linear")):
            out = "run-" + activation
            d = self.train("--set", "compile.loss=" + loss, "--set", f"model.layers.1.activation={activation}", "--set",
                           "model.layers.1.units=1", "--set", "compile.metrics=[]", recipe="plants.toml", out=out)
            predictions = self.predictions(out, "plants.csv")
            self.assertEqual({p["class"] for p in predictions}, {"fir", "oak"})
            for p in predictions:
                self.assertAlmostEqual(sum(p["probabilities"]), 1)
                self.assertEqual(p["label"], int(p["probabilities"][1] > 0.5))
            self.assertGreater(sum(p["class"] == ("oak" if i % 2 else "fir") for i, p in enumerate(predictions)), 90, d)

    def test_logits_become_probabilities_where_the_loss_says_so(self):
        self.train("--set", "compile.loss={ type = 'SparseCategoricalCrossentropy', from_logits = true }", "--set",
                   "model.layers.1.activation=linear", recipe="plants.toml")
        for p in self.predictions("run", "new.csv", "--ignore", "id"):
            self.assertAlmostEqual(sum(p["probabilities"]), 1)

    def test_a_regression_has_outputs(self):
        (self.folder / "house.csv").write_text("x,price,size\n" + "".join(f"{i},{2 * i},{i + 5}\n" for i in range(60)))
        self.train("--set", "data.train=house.csv", "--set", "data.label=", "--set", "data.targets=['price', 'size']", "--set",
                   "compile.loss=mean_squared_error", "--set", "compile.metrics=[]", "--set", "model.layers.1.activation=linear",
                   "--set", "data.validation={ fraction = 0.25, order = 'shuffled' }", recipe="plants.toml")
        predictions = self.predictions("run", "house.csv")
        self.assertEqual(set(predictions[0]), {"source", "index", "output"})
        self.assertEqual(len(predictions[59]["output"]), 2)
        done = self.telar("predict", "run", "house.csv")
        self.assertEqual(done.stdout.splitlines()[0].split(), ["price", "size"])
        self.assertIn('"price"', done.stderr)
        self.assert_refused(2, "predict", "run", "house.csv", "--top", "2", says=["--top 2", "numbers"])

    def test_outputs_that_are_no_numbers_have_their_sample(self):
        self.train("--set", "model.layers=[ { type = 'Rescaling', scale = 10.0 }, { type = 'Dense', units = 2, activation = 'softmax' } ]",
                   recipe="plants.toml")
        (self.folder / "far.csv").write_text("height,width\n1,2\n3e38,-3e38\n")
        self.assert_refused(5, "predict", "run", "far.csv", says=["far.csv", "sample 1", "not finite"])

    def test_class_names_do_not_steer_the_terminal(self):
        (self.folder / "odd.csv").write_bytes("height,width,kind\n".encode() + b"".join(
            f"{i % 7},{i % 2 * 9},\"{'a' if i % 2 else 'b'}\tx\ny\"\n".encode() for i in range(60)))
        self.train("--set", "data.train=odd.csv", recipe="plants.toml")
        done = self.telar("predict", "run", "new.csv", "--ignore", "id")
        self.assertIn("a?x?y", done.stdout)
        self.assertEqual(self.predictions("run", "new.csv", "--ignore", "id")[0]["class"], "a\tx\ny")

    def test_mistakes_have_their_place_and_leave_nothing_of_a_short_result(self):
        self.train(recipe="plants.toml")
        for text, says in (("height,width\n1,2\n3,\n", ["bad.csv:3:3", "missing in column width"]),
                           ("1,2\n,3\n", ["bad.csv:2:1", "missing"]),
                           ("1,\n", ["bad.csv:1:3", "missing in the first line"]),
                           ("height,width\n1,2\n3,tall\n", ["bad.csv:3:3", '"tall"'])):
            (self.folder / "bad.csv").write_text(text)
            self.assert_refused(5, "predict", "run", "bad.csv", says=says)
        done = self.piped(b"height,width\n" + b"1,2\n" * 200_000 + b"3,\n", "run", "-", "--json")
        self.assertEqual(done.returncode, 5)
        self.assertIn(b"stdin:200002:3", done.stderr)
        self.assertTrue(done.stdout.startswith(b'{"schema":"telar.predict/1"'))
        with self.assertRaises(ValueError):
            json.loads(done.stdout)

    def test_who_pipes_a_line_in_sees_its_answer_before_the_next(self):
        self.train(recipe="plants.toml")
        for options, answer in (([], b"\n"), (["--json"], b'"index"')):
            for compress in (False, True):
                running = subprocess.Popen([self.program, "predict", "run", "-", *options], cwd=self.folder, stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, bufsize=0)
                packer = zlib.compressobj(wbits=31)

                def send(data):
                    running.stdin.write(packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH) if compress else data)

                result = b""
                with running:
                    send(b"width,height\n")
                    for i in range(5):
                        send(b"11,3\n\n0,")  # and half of the next one
                        self.assertTrue(select.select([running.stdout], [], [], 60)[0], f"answer {i} does not come")
                        result += running.stdout.read(1 << 20)
                        self.assertEqual(result.count(answer), 2 * i + 1)
                        send(b"3\n")
                        while result.count(answer) < 2 * i + 2:
                            result += running.stdout.read(1 << 20)
                    if compress:
                        running.stdin.write(packer.flush())
                    running.stdin.close()
                    result += running.stdout.read()
                self.assertEqual(running.returncode, 0)
                if options:
                    self.assertEqual([p["class"] for p in json.loads(result)["predictions"]], ["oak", "fir"] * 5)

    def test_a_pipe_may_have_a_name(self):
        self.train(recipe="plants.toml")
        expected = self.predictions("run", "new.csv", "--ignore", "id")
        done = subprocess.run(["bash", "-c", f"'{self.program}' predict run <(cat new.csv) <(gzip < new.csv) --ignore id --json"],
                              cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        predictions = json.loads(done.stdout)["predictions"]
        self.assertRegex(predictions[0]["source"], "^/dev/fd/")
        self.assertEqual([p["probabilities"] for p in predictions], [p["probabilities"] for p in expected] * 2)
        os.mkfifo(self.folder / "new.pipe")
        feeder = threading.Thread(target=lambda: (self.folder / "new.pipe").write_text("height,width\n3,wide\n"))
        feeder.start()
        self.assert_refused(5, "predict", "run", "new.pipe", says=["new.pipe:2:3", '"wide"'])
        feeder.join()

    def test_millions_of_rows_pass_through_little_memory(self):
        self.train(recipe="plants.toml")

        def run(rows):
            """The greatest memory in KiB, and the lines that came out."""
            piece = b"".join(b"%d,%d\n" % (i % 7, i % 13) for i in range(10_000))
            running = subprocess.Popen([self.program, "predict", "run", "-", "--threads", "1"], cwd=self.folder, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)

            def feed():
                for _ in range(rows // 10_000):
                    running.stdin.write(piece)
                running.stdin.close()

            feeder = threading.Thread(target=feed)
            feeder.start()
            lines = 0
            while chunk := running.stdout.read(1 << 20):
                lines += chunk.count(b"\n")
            feeder.join()
            running.stdout.close()
            _, status, usage = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(running.returncode, 0)
            return usage.ru_maxrss, lines

        small, lines = run(20_000)
        self.assertEqual(lines, 20_000)
        large, lines = run(2_000_000)
        self.assertEqual(lines, 2_000_000)
        self.assertLess(large, small + 16 * 1024, "KiB")


if __name__ == "__main__":
    unittest.main()
