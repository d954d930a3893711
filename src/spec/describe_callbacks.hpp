// The one place that lists the fields of stock callbacks.
#pragma once

#include <telar/callbacks.hpp>

#include "base/describe.hpp"

namespace telar {

// ---- class names as Keras spells them -------------------------------------------------------------------------------

template <>
inline constexpr std::string_view type_name<EarlyStopping> = "EarlyStopping";
template <>
inline constexpr std::string_view type_name<ReduceLROnPlateau> = "ReduceLROnPlateau";
template <>
inline constexpr std::string_view type_name<ProgressBar> = "ProgressBar";
template <>
inline constexpr std::string_view type_name<ModelCheckpoint> = "ModelCheckpoint";
template <>
inline constexpr std::string_view type_name<CSVLogger> = "CSVLogger";
template <>
inline constexpr std::string_view type_name<TerminateOnNaN> = "TerminateOnNaN";
template <>
inline constexpr std::string_view type_name<TimeLimit> = "TimeLimit";
template <>
inline constexpr std::string_view type_name<BackupAndRestore> = "BackupAndRestore";
template <>
inline constexpr std::string_view type_name<SwapEMAWeights> = "SwapEMAWeights";
template <>
inline constexpr std::string_view type_name<TensorBoard> = "TensorBoard";
template <>
inline constexpr std::string_view type_name<EpochSchedule> = "LearningRateScheduler";

template <Is<EarlyStopping> T, class V>
void describe(T& s, V&& v) {
  v.field("monitor", s.monitor, "Logged quantity to watch.");
  v.field("min_delta", s.min_delta, "A smaller change is no improvement.", kFinite);
  v.field("patience", s.patience, "Epochs without improvement before stopping.", kWhole);
  v.field("verbose", s.verbose, "1: say so when it acts.", Range{0, 2});
  v.field("mode", s.mode, "Which way is better.");
  v.field("baseline", s.baseline, "A value to beat before the patience starts anew.", kFinite);
  v.field("restore_best_weights", s.restore_best_weights, "Take back the weights of the best epoch at the end.");
  v.field("start_from_epoch", s.start_from_epoch, "Epochs to wait before watching.", kWhole);
}

template <Is<ReduceLROnPlateau> T, class V>
void describe(T& s, V&& v) {
  v.field("monitor", s.monitor, "Logged quantity to watch.");
  v.field("factor", s.factor, "The rate is multiplied by it.", kBelowOne);
  v.field("patience", s.patience, "Epochs without improvement before a cut.", kWhole);
  v.field("verbose", s.verbose, "1: say so when it acts.", Range{0, 2});
  v.field("mode", s.mode, "Which way is better.");
  v.field("min_delta", s.min_delta, "A smaller change is no improvement.", kNotNegative);
  v.field("cooldown", s.cooldown, "Epochs to wait after a cut (1 acts like 0, as in Keras).", kWhole);
  v.field("min_lr", s.min_lr, "The rate is never cut below it.", kNotNegative);
}

template <Is<ProgressBar> T, class V>
void describe(T& s, V&& v) {
  v.field("style", s.style, "A redrawn bar, or one line per epoch; auto: a bar on a terminal.");
  v.field("color", s.color, "Default: colour on a terminal unless NO_COLOR is set.");
}

template <Is<ModelCheckpoint> T, class V>
void describe(T& s, V&& v) {
  v.field("filepath", s.filepath,
          "File to save to, such as {epoch:02d}-{val_loss:.2f}.npz; relative to the run folder.");
  v.field("monitor", s.monitor, "Logged quantity to watch.");
  v.field("verbose", s.verbose, "1: say so when it acts.", Range{0, 2});
  v.field("save_best_only", s.save_best_only, "Save only when the watched quantity is better than ever.");
  v.field("mode", s.mode, "Which way is better.");
  v.field("save_freq", s.save_freq, "Batches between two saves; 0: at the end of every epoch.", kWhole);
  v.field("initial_value_threshold", s.initial_value_threshold, "A value to beat from the start.", kFinite);
}

template <Is<CSVLogger> T, class V>
void describe(T& s, V&& v) {
  v.field("filename", s.filename, "File to write to, relative to the run folder.");
  v.field("separator", s.separator, "Between two columns.");
  v.field("append", s.append, "Go on in the file that is there, rather than replace it.");
}

template <Is<TerminateOnNaN> T, class V>
void describe(T&, V&&) {}

template <Is<TimeLimit> T, class V>
void describe(T& s, V&& v) {
  v.field("seconds", s.seconds, "The first batch after so many seconds is the last.", kPositive);
}

template <Is<BackupAndRestore> T, class V>
void describe(T& s, V&& v) {
  v.field("backup_dir", s.backup_dir, "Folder of the checkpoints that a later run goes on from.");
  v.field("save_freq", s.save_freq, "Batches between two saves; 0: at the end of every epoch.", kWhole);
  v.field("save_seconds", s.save_seconds, "Seconds between two saves; 0: not by time.", kNotNegative);
  v.field("delete_checkpoint", s.delete_checkpoint, "Delete the checkpoints when the training has ended.");
}

template <Is<SwapEMAWeights> T, class V>
void describe(T& s, V&& v) {
  v.field("swap_on_epoch", s.swap_on_epoch, "Also for the callbacks behind it at the end of an epoch.");
}

template <Is<TensorBoard> T, class V>
void describe(T& s, V&& v) {
  v.field("log_dir", s.log_dir, "Folder of train/ and validation/ with their event files, relative to the run folder.");
}

template <Is<EpochSchedule> T, class V>
void describe(T& s, V&& v) {
  v.field("schedule", s.schedule, "The rate of each epoch: a schedule whose steps are epochs, from 0; or a number.",
          kNotNegative);
  v.field("verbose", s.verbose, "1: say so when it acts.", Range{0, 2});
}

}  // namespace telar
