#include "train/model_checkpoint.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <ostream>
#include <system_error>
#include <utility>

#include <telar/error.hpp>

#include "base/name_template.hpp"

namespace telar {

ModelCheckpointState::ModelCheckpointState(ModelCheckpoint settings)
    : settings_(std::move(settings)), monitor_(settings_.monitor, settings_.mode, 0) {}

void ModelCheckpointState::on_train_begin(Training&) {
  best_ = settings_.initial_value_threshold;
  batches_ = 0;
}

void ModelCheckpointState::on_epoch_begin(Training&, int epoch) { epoch_ = epoch; }

void ModelCheckpointState::on_train_batch_end(Training& training, int batch, const Logs& logs) {
  if (settings_.save_freq == 0 || ++batches_ < settings_.save_freq) return;
  batches_ = 0;
  save(training, batch, logs);
}

void ModelCheckpointState::on_epoch_end(Training& training, int epoch, const Logs& logs) {
  epoch_ = epoch;
  if (settings_.save_freq == 0) save(training, {}, logs);
}

void ModelCheckpointState::snapshot(Snapshot& s) {
  s.value(best_);
  s.value(batches_);
}

bool ModelCheckpointState::should_save(Training& training, const Logs& logs, const std::string& file) {
  const bool verbose = settings_.verbose > 0;
  const std::string epoch = fmt::format("\nEpoch {}: ", epoch_ + 1);
  if (!settings_.save_best_only) {
    if (verbose) training.output() << epoch << "saving model to " << file << '\n';
    return true;
  }
  const std::optional<double> current = logs.get(settings_.monitor);
  if (!current) {
    warn_(training.output(), "Can save best model only with " + settings_.monitor + " available.");
    return true;
  }
  const std::string best = best_ ? fmt::format("{:.5f}", *best_) : "None";
  if (best_ && !monitor_.better(*current, *best_)) {
    if (verbose) training.output() << epoch << settings_.monitor << " did not improve from " << best << '\n';
    return false;
  }
  if (verbose)
    training.output() << epoch << settings_.monitor << " improved from " << best << " to "
                      << fmt::format("{:.5f}", *current) << ", saving model to " << file << '\n';
  best_ = current;
  return true;
}

void ModelCheckpointState::save(Training& training, std::optional<int> batch, const Logs& logs) {
  const std::string file =
      fill_template(settings_.filepath, "ModelCheckpoint", [&](const std::string& name) -> TemplateValue {
        if (name == "epoch") return epoch_ + 1;
        if (name == "batch" && batch) return *batch + 1;
        if (const std::optional<double> value = logs.get(name)) return *value;
        return {};
      });
  if (!should_save(training, logs, file)) return;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) throw Error(ErrorCode::resource, folder.string(), "cannot make the folder: " + error.message());
  training.save_weights(file);
  if (settings_.verbose > 0)
    training.output() << fmt::format("\nEpoch {}: finished saving model to {}\n", epoch_ + 1, file);
}

}  // namespace telar
