#!/usr/bin/env python3
"""TensorBoard itself reads what telar logs: the tags, steps and numbers of history.jsonl, and the HPARAMS tab.

Exits with 77, "skipped", where there is no TensorBoard; with CI=true that is a failure. scripts/setup --ci installs it.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

try:
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.context import RequestContext
    from tensorboard.plugins.base_plugin import TBContext
    from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups
    from tensorboard.util import tensor_util
except ImportError as error:
    print(f"{'FAILED' if os.environ.get('CI') == 'true' else 'skipped'}: {error}; scripts/setup --ci installs it")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from support import TELAR, ProgramTest  # noqa: E402

FASTER = """
extends = "recipe.toml"
[compile]
optimizer = { learning_rate = 0.02, amsgrad = true }
[fit]
epochs = 2
"""


class TensorBoard(ProgramTest):
    def curves(self, folder):
        """Of the event files in a folder: tag -> [(step, value)], as TensorBoard shows them."""
        accumulator = EventAccumulator(str(self.folder / folder), tensor_size_guidance={"scalars": 0})
        accumulator.Reload()
        for tag in accumulator.Tags()["tensors"]:
            self.assertEqual(accumulator.SummaryMetadata(tag).plugin_data.plugin_name, "scalars", tag)
        return {tag: [(event.step, float(tensor_util.make_ndarray(event.tensor_proto)))
                      for event in accumulator.Tensors(tag)] for tag in accumulator.Tags()["tensors"]}

    def history(self, run):
        return [json.loads(line) for line in (self.folder / run / "history.jsonl").read_text().splitlines()]

    def same(self, curve, history, name):
        self.assertEqual([step for step, _ in curve], list(range(len(history))), name)
        for (_, value), epoch in zip(curve, history):
            self.assertLessEqual(abs(value - epoch[name]), 1e-7 * max(1, abs(epoch[name])), name)

    def agrees(self, board, run):
        """The curves of `board` are the history of `run`, and those alone."""
        history = self.history(run)
        train, validation = self.curves(f"{board}/train"), self.curves(f"{board}/validation")
        self.assertEqual(sorted(train), ["epoch_accuracy", "epoch_learning_rate", "epoch_loss"])
        self.assertEqual(sorted(validation), ["epoch_accuracy", "epoch_loss", "evaluation_accuracy_vs_iterations",
                                              "evaluation_loss_vs_iterations"])
        for name in ("loss", "accuracy"):
            self.same(train[f"epoch_{name}"], history, name)
            self.same(validation[f"epoch_{name}"], history, f"val_{name}")
            by_iterations = validation[f"evaluation_{name}_vs_iterations"]
            self.assertEqual([value for _, value in by_iterations], [v for _, v in validation[f"epoch_{name}"]])
            self.assertEqual([step for step, _ in by_iterations], [8 * (i + 1) for i in range(len(history))])
        return train

    def test_reads_the_curves_of_a_training(self):
        self.document("train", "recipe.toml", "--out", "run", "--tensorboard", "board")
        train = self.agrees("board", "run")
        self.assertEqual([rate for _, rate in train["epoch_learning_rate"]], [0.009999999776482582] * 3)
        file, = (self.folder / "board/train").iterdir()
        first, *others = EventFileLoader(str(file)).Load()
        self.assertEqual((first.file_version, first.step), ("brain.Event:2", 0))
        self.assertLess(abs(first.wall_time - time.time()), 60)
        self.assertEqual([event.step for event in others if event.HasField("session_log")], [0])

    def test_a_second_training_into_the_folder_replaces_the_first(self):
        self.document("train", "recipe.toml", "--out", "first", "--tensorboard", "board", "--set", "fit.epochs=5")
        self.document("train", "recipe.toml", "--out", "second", "--tensorboard", "board", "--seed", "1")
        self.agrees("board", "second")

    def test_a_training_that_was_cut_off_goes_on_without_an_epoch_twice(self):
        command = [TELAR, "train", "recipe.toml", "--out", "run", "--tensorboard", "board", "--checkpoint-every", "500",
                   "--set", "fit.epochs=1500"]
        process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        for _ in range(6000):
            if list(self.folder.glob("run/checkpoints/*.checkpoint")):
                break
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        before = self.curves("board/train")["epoch_loss"]
        self.assertTrue(0 < len(before) < 1500)
        self.document("train", "run", "--resume", "--tensorboard", "board")
        self.assertEqual(len(list((self.folder / "board/train").iterdir())), 2)
        self.agrees("board", "run")
        self.assertEqual(self.curves("board/train")["epoch_loss"][:len(before)], before)
        whole = self.document("train", "recipe.toml", "--out", "whole", "--set", "fit.epochs=1500")
        self.assertEqual(self.history("run"), self.history("whole"))
        self.assertEqual(whole["epochs_run"], 1500)

    def hparams_tab(self, board):
        """The experiment, and the session groups by name, as the plugin's own backend computes them."""
        multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={"scalars": 0, "hparams": 0})
        multiplexer.AddRunsFromDirectory(str(self.folder / board))
        multiplexer.Reload()
        provider = data_provider.MultiplexerDataProvider(multiplexer, str(self.folder / board))
        context = backend_context.Context(TBContext(data_provider=provider))
        request = RequestContext()
        experiment = context.experiment_from_metadata(request, "", True, context.hparams_metadata(request, ""), [])
        wanted = api_pb2.ListSessionGroupsRequest(
            start_index=0, slice_size=100, include_metrics=True, aggregation_type=api_pb2.AGGREGATION_AVG,
            allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING,
                              api_pb2.STATUS_UNKNOWN])
        groups = list_session_groups.Handler(request, context, "", wanted).run().session_groups
        return experiment, {group.name: group for group in groups}

    def check_comparison(self, board, document):
        experiment, groups = self.hparams_tab(board)
        columns = {info.name: info for info in experiment.hparam_infos}
        self.assertEqual(sorted(columns), ["compile.optimizer.amsgrad", "compile.optimizer.learning_rate", "fit.epochs", "recipe"])
        self.assertEqual(columns["compile.optimizer.learning_rate"].type, api_pb2.DATA_TYPE_FLOAT64)
        self.assertEqual(columns["compile.optimizer.amsgrad"].type, api_pb2.DATA_TYPE_BOOL)
        self.assertEqual(list(columns["recipe"].domain_discrete), ["faster", "recipe"])
        self.assertTrue(all(info.differs for info in columns.values()))
        self.assertEqual([info.display_name for info in experiment.metric_infos],
                         ["val_accuracy", "test_accuracy", "val_loss", "test_loss"])
        self.assertEqual(sorted(groups), ["faster", "recipe"])
        self.assertEqual(dict(groups["faster"].hparams.items())["fit.epochs"].number_value, 2)
        self.assertEqual(dict(groups["recipe"].hparams.items())["fit.epochs"].number_value, 3)
        runs = {}
        for result in self.folder.glob("runs/*-s[0-9]/result.json"):
            document = json.loads(result.read_text())
            runs.setdefault(document["recipe"], {})[result.parent.name] = document
        for name, group in groups.items():
            self.assertEqual({session.name: session.status for session in group.sessions},
                             {run: api_pb2.STATUS_SUCCESS for run in runs[name]})
            for metric in group.metric_values:
                part, quantity = metric.name.tag.removeprefix("final/").split("_", 1)
                values = [run["validation" if part == "val" else part][quantity] for run in runs[name].values()]
                self.assertAlmostEqual(metric.value, sum(values) / len(values), places=6, msg=metric.name.tag)
            self.assertEqual(len(group.metric_values), 4)

    def test_the_tab_of_hyperparameters_shows_what_differs_beside_the_scores(self):
        (self.folder / "faster.toml").write_text(FASTER)
        compare = ["compare", "recipe.toml", "faster.toml", "--seeds", "2", "-q"]
        self.check_comparison("board", self.document(*compare, "--tensorboard", "board"))
        for run in (self.folder / "runs").glob("*-s[0-9]"):
            self.agrees(f"board/{run.name}", f"runs/{run.name}")
        # Of runs that are used again, another board shows the same; the same board shows no more.
        self.check_comparison("again", self.document(*compare, "--tensorboard", "again"))
        self.check_comparison("board", self.document(*compare, "--tensorboard", "board"))
        for run in (self.folder / "runs").glob("*-s[0-9]"):
            self.same(self.curves(f"again/{run.name}/validation")["epoch_loss"], self.history(f"runs/{run.name}"), "val_loss")


if __name__ == "__main__":
    unittest.main()
