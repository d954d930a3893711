"""Every bad recipe, data file and folder gets one message that says what, where and what to do."""

import gzip
import os
import shutil
import unittest

from support import RECIPE, ProgramTest, idx, samples

FASHION_MNIST = "/usr/share/datasets/fashion-mnist"


class BadRecipe(ProgramTest):
    def line_of(self, text):
        return (self.folder / "recipe.toml").read_text()[: (self.folder / "recipe.toml").read_text().index(text)].count("\n") + 1

    def refused(self, old, new, says, marker=None):
        """The changed recipe is refused, and the message names file and line of the change."""
        self.recipe_with(old, new)
        for verb in ("train", "inspect"):
            message = self.assert_refused(2, verb, "recipe.toml", says=says)
            if marker is not None:
                self.assertIn(f"recipe.toml:{self.line_of(marker)}:", message)

    def test_missing_recipe(self):
        self.assert_refused(2, "train", "nothing.toml", says=["nothing.toml"])

    def test_no_toml(self):
        self.refused("epochs = 3", "epochs = = 3", [], "epochs = = 3")

    def test_unknown_key_gets_a_suggestion(self):
        self.refused("batch_size = 32", "batchsize = 32", ["batchsize", "batch_size"], "batchsize")

    def test_unknown_layer_gets_a_suggestion(self):
        self.refused('{ type = "Flatten" }', '{ type = "Flaten" }', ["Flaten", "Flatten"], "Flaten")

    def test_wrong_type(self):
        self.refused("epochs = 3", 'epochs = "three"', ["epochs"], "epochs")

    def test_units_zero(self):
        self.refused("units = 16", "units = 0", ["units", "0", "at least 1"], "units = 0")

    def test_rate_above_one(self):
        self.refused('{ type = "Flatten" },', '{ type = "Flatten" }, { type = "Dropout", rate = 1.5 },',
                     ["rate", "1.5", "in [0, 1]"], "rate = 1.5")

    def test_batch_size_zero(self):
        self.refused("batch_size = 32", "batch_size = 0", ["batch_size", "at least 1"], "batch_size = 0")

    def test_softmax_width_that_is_not_the_number_of_classes(self):
        self.refused("units = 4,", "units = 5,", ["5 outputs", "4 classes", "units = 4"], "units = 5")

    def test_no_loss(self):
        self.refused('loss = "sparse_categorical_crossentropy"\n', "", ["loss"])

    def test_no_layers(self):
        before, after = RECIPE.index("layers = ["), RECIPE.index("[compile]")
        (self.folder / "recipe.toml").write_text(RECIPE[:before] + "layers = []\n" + RECIPE[after:])
        self.assert_refused(2, "train", "recipe.toml", says=["layers", "empty"])

    def test_dense_on_images(self):
        self.refused('  { type = "Flatten" },\n', "", ["Flatten"])

    def test_extends_cycle(self):
        (self.folder / "a.toml").write_text('extends = "b.toml"\n')
        (self.folder / "b.toml").write_text('extends = "a.toml"\n')
        self.assert_refused(2, "train", "a.toml", says=["extends", "a.toml", "b.toml"])

    def test_extends_a_missing_recipe(self):
        (self.folder / "a.toml").write_text('extends = "b.toml"\n')
        self.assert_refused(2, "train", "a.toml", says=["b.toml"])

    def test_set_with_an_unknown_key(self):
        self.assert_refused(2, "train", "recipe.toml", "--set", "fit.epoch=3", says=["fit.epoch", "epochs"])

    def test_set_without_a_value(self):
        self.assert_refused(2, "train", "recipe.toml", "--set", "fit.epochs", says=["fit.epochs"])

    def test_set_out_of_range(self):
        self.assert_refused(2, "train", "recipe.toml", "--set", "fit.batch_size=0", says=["batch_size", "at least 1"])

    def test_validation_that_leaves_nothing_to_train_on(self):
        self.refused("{ first = 60 }", "{ first = 300 }", ["300"], "first = 300")


class BadData(ProgramTest):
    TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
    TEST_LABELS = "t10k-labels-idx1-ubyte"

    def data(self, name):
        return self.folder / "data" / name

    def refused(self, says):
        for verb in ("train", "inspect"):
            self.assert_refused(5, verb, "recipe.toml", says=says)

    def test_missing_folder(self):
        self.assert_refused(5, "train", "recipe.toml", "--data-dir", "elsewhere", says=["elsewhere"])

    def test_missing_file(self):
        self.data(self.TRAIN_LABELS).unlink()
        self.refused([self.TRAIN_LABELS])

    def test_empty_file(self):
        self.data(self.TRAIN_IMAGES).write_bytes(b"")
        self.refused([self.TRAIN_IMAGES])

    def test_truncated_file(self):
        whole = self.data(self.TRAIN_IMAGES).read_bytes()
        self.data(self.TRAIN_IMAGES).write_bytes(whole[:-7])
        self.refused([self.TRAIN_IMAGES])

    def test_file_with_more_than_it_says(self):
        with open(self.data(self.TRAIN_IMAGES), "ab") as file:
            file.write(b"more")
        self.refused([self.TRAIN_IMAGES])

    def test_wrong_magic(self):
        whole = self.data(self.TRAIN_IMAGES).read_bytes()
        self.data(self.TRAIN_IMAGES).write_bytes(b"\x00\x00\x0d" + whole[3:])
        self.refused([self.TRAIN_IMAGES])

    def test_header_that_promises_the_sky(self):
        self.data(self.TRAIN_IMAGES).write_bytes(b"\x00\x00\x08\x03" + b"\xff" * 12)
        self.refused([self.TRAIN_IMAGES])

    def test_truncated_and_flipped_gzip(self):
        packed = gzip.compress(self.data(self.TRAIN_IMAGES).read_bytes(), mtime=0)
        self.data(self.TRAIN_IMAGES).unlink()
        file = self.data(self.TRAIN_IMAGES + ".gz")
        file.write_bytes(packed)
        self.assertEqual(self.telar("inspect", "recipe.toml").returncode, 0)
        file.write_bytes(packed[: len(packed) // 2])
        self.refused([file.name])
        flipped = bytearray(packed)
        flipped[len(packed) // 2] ^= 0x10
        file.write_bytes(flipped)
        self.refused([file.name])

    def test_label_outside_the_classes(self):
        images, labels = samples(100, 2)
        labels[17] = 4  # the training set has 0 to 3
        self.data(self.TEST_LABELS).write_bytes(idx((100,), labels))
        self.refused([self.TEST_LABELS, "4"])

    def test_label_outside_the_stated_classes(self):
        self.recipe_with('dir = "data"', 'dir = "data"\nclasses = 3')
        self.refused(["3"])

    def test_images_and_labels_of_different_counts(self):
        images, labels = samples(299, 1)
        self.data(self.TRAIN_LABELS).write_bytes(idx((299,), labels))
        self.refused(["300", "299"])

    def test_training_and_test_images_of_different_shape(self):
        self.data("t10k-images-idx3-ubyte").write_bytes(idx((100, 4, 4), bytes(1600)))
        self.refused(["t10k-images-idx3-ubyte", "shape"])


@unittest.skipUnless(os.path.isdir(FASHION_MNIST), "Debian's dataset-fashion-mnist is not installed")
class BadFashionMnist(ProgramTest):
    FILE = "t10k-labels-idx1-ubyte.gz"

    def setUp(self):
        super().setUp()
        self.directory = self.folder / "fashion"
        self.directory.mkdir()
        for name in os.listdir(FASHION_MNIST):
            os.symlink(f"{FASHION_MNIST}/{name}", self.directory / name)
        (self.folder / "fashion.toml").write_text(
            RECIPE.replace('"idx"', '"fashion_mnist"').replace('dir = "data"\n', "").replace("units = 4,", "units = 10,"))

    def change(self, change):
        """One file of the set with its raw bytes changed."""
        file = self.directory / self.FILE
        raw = bytearray(gzip.decompress(file.read_bytes()))
        file.unlink()
        file.write_bytes(gzip.compress(bytes(change(raw)), 1))

    def refused(self):
        self.assert_refused(5, "inspect", "fashion.toml", "--data-dir", "fashion", says=["t10k-labels-idx1-ubyte"])

    def test_missing_file(self):
        (self.directory / self.FILE).unlink()
        self.refused()

    def test_flipped_bit(self):
        def flip(raw):
            raw[5000] ^= 1
            return raw

        self.change(flip)
        self.refused()

    def test_truncated(self):
        self.change(lambda raw: raw[:-1])
        self.refused()

    def test_wrong_magic(self):
        self.change(lambda raw: b"\x00\x00\x08\x02" + raw[4:])
        self.refused()

    def test_telar_data_names_the_folder(self):
        (self.directory / self.FILE).unlink()
        self.assert_refused(5, "inspect", "fashion.toml", says=["t10k-labels-idx1-ubyte"], TELAR_DATA="fashion")


class BadRun(ProgramTest):
    def setUp(self):
        super().setUp()
        self.assertEqual(self.telar("train", "recipe.toml", "--out", "run", "-q").returncode, 0)

    def refused(self, says):
        for verb in ("evaluate", "inspect"):
            self.assert_refused(5, verb, "run", says=says)

    def test_missing_run(self):
        self.assert_refused(5, "evaluate", "nothing", says=["nothing"])

    def test_missing_weights(self):
        (self.folder / "run/model.keras").unlink()
        self.refused(["model.keras"])

    def test_truncated_weights(self):
        weights = self.folder / "run/model.keras"
        weights.write_bytes(weights.read_bytes()[:-100])
        self.refused(["model.keras"])

    def test_flipped_bit_in_the_weights(self):
        weights = self.folder / "run/model.keras"
        flipped = bytearray(weights.read_bytes())
        flipped[1000] ^= 1
        weights.write_bytes(flipped)
        self.refused(["model.keras"])

    def test_weights_of_another_network(self):
        shutil.copytree(self.folder / "run", self.folder / "other")
        recipe = (self.folder / "other/recipe.toml").read_text()
        (self.folder / "other/recipe.toml").write_text(recipe.replace("units = 16", "units = 17"))
        self.assertNotEqual(recipe, (self.folder / "other/recipe.toml").read_text())
        self.assert_refused(5, "evaluate", "other", says=["model.keras", "17"])

    def test_damaged_recipe(self):
        (self.folder / "run/recipe.toml").write_text("[model")
        self.refused(["recipe.toml"])


class BadFolder(ProgramTest):
    def test_out_that_is_not_empty(self):
        (self.folder / "run").mkdir()
        (self.folder / "run/mine").write_text("keep")
        for seeds in ([], ["--seeds", "2"]):
            self.assert_refused(2, "train", "recipe.toml", "--out", "run", *seeds, says=["run", "not empty"])
        self.assertEqual((self.folder / "run/mine").read_text(), "keep")

    def test_out_below_a_file(self):
        (self.folder / "file").write_text("")
        for seeds in ([], ["--seeds", "2"]):
            for out in ("file", "file/run", "file/a/b"):
                self.assert_refused(6, "train", "recipe.toml", "--out", out, *seeds, says=["file", "--out"])

    def test_runs_that_is_a_file(self):
        (self.folder / "runs").write_text("")
        self.assert_refused(6, "train", "recipe.toml", says=["runs"])

    def test_out_in_a_read_only_folder(self):
        (self.folder / "locked").mkdir(mode=0o555)
        if os.geteuid() == 0:
            self.become_nobody()  # root may write anywhere
        self.assert_refused(6, "train", "recipe.toml", "--out", "locked/run", says=["locked", "--out"])
        self.assert_refused(6, "train", "recipe.toml", "--out", "locked", says=["locked"])

    def test_out_is_tried_before_the_training(self):
        (self.folder / "file").write_text("")
        done = self.telar("train", "recipe.toml", "--out", "file/run")
        self.assertNotIn("Epoch", done.stderr)

    def test_mistake_in_the_network_leaves_no_folder(self):
        self.assert_refused(2, "train", "recipe.toml", "--set", "model.layers.3.units=7", "--out", "run")
        self.assert_refused(2, "train", "recipe.toml", "--set", "model.layers.3.units=7", "--seeds", "2", "--out", "run")


if __name__ == "__main__":
    unittest.main()
