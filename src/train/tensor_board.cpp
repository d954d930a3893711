#include "train/tensor_board.hpp"

#include "train/event_records.hpp"

namespace telar {

EpochRecords epoch_records(double seconds, int epoch, const Logs& logs, std::optional<double> rate) {
  constexpr std::string_view kValidation = "val_", kRate = "learning_rate";
  EpochRecords records;
  for (const auto& [name, value] : logs.entries()) {
    if (name.starts_with(kValidation))
      records.validation += scalar_event(seconds, epoch, "epoch_" + name.substr(kValidation.size()), value);
    else if (!rate || name != kRate)
      records.train += scalar_event(seconds, epoch, "epoch_" + name, value);
  }
  if (rate) records.train += scalar_event(seconds, epoch, "epoch_learning_rate", *rate);
  return records;
}

TensorBoardState::TensorBoardState(const TensorBoard& settings)
    : train_{std::filesystem::path(settings.log_dir) / "train"},
      validation_{std::filesystem::path(settings.log_dir) / "validation"} {}

void TensorBoardState::on_train_begin() { train_.file.emplace(train_.folder); }

void TensorBoardState::on_epoch_begin(int epoch) {
  if (!first_epoch_) first_epoch_ = epoch;
}

void TensorBoardState::on_test_end(const Training& training, const Logs& logs) {
  const double now = event_seconds();
  std::string records;
  for (const auto& [name, value] : logs.entries())
    records += scalar_event(now, training.iterations(), "evaluation_" + name + "_vs_iterations", value);
  append(validation_, records);
}

void TensorBoardState::on_epoch_end(const Training& training, int epoch, const Logs& logs) {
  const EpochRecords records = epoch_records(event_seconds(), epoch, logs, training.learning_rate());
  append(train_, records.train);
  append(validation_, records.validation);
}

void TensorBoardState::on_train_end() {
  for (Writer* writer : {&train_, &validation_}) {
    if (writer->behind) append(*writer, {});
    writer->file.reset();
  }
}

void TensorBoardState::snapshot(Snapshot& s) {
  s.value(first_epoch_);
  for (Writer* writer : {&train_, &validation_}) {
    s.value(writer->told);
    if (s.reading()) writer->behind = !writer->told.empty();
  }
}

void TensorBoardState::append(Writer& writer, const std::string& records) const {
  if (records.empty() && !writer.behind) return;
  const bool begins = writer.told.empty() || writer.behind;
  if (!writer.file) writer.file.emplace(writer.folder);
  // TensorBoard takes the first start in a folder for the beginning, and forgets what was before each later one. A
  // training from some later epoch on continues the curves of the one before.
  std::string text;
  if (begins && first_epoch_ == 0) text = start_event(event_seconds(), 0);
  if (writer.behind) text += writer.told;
  writer.told += records;
  writer.behind = false;
  writer.file->append(text + records);
}

}  // namespace telar
