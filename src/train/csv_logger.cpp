#include "train/csv_logger.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <telar/error.hpp>

#include "base/number_text.hpp"

namespace telar {

namespace {

Error cannot_write(const std::string& file) {
  return {ErrorCode::resource, file, std::string("cannot write the log: ") + std::strerror(errno)};
}

}  // namespace

CSVLoggerState::CSVLoggerState(CSVLogger settings) : settings_(std::move(settings)) {}

void CSVLoggerState::on_train_begin(Training&) {
  std::error_code none;
  const auto size = std::filesystem::file_size(settings_.filename, none);
  header_ = !settings_.append || none || size == 0;
  before_ = header_ ? 0 : size;
  text_.clear();
  file_ = std::ofstream(settings_.filename, settings_.append ? std::ios::app : std::ios::trunc);
  if (!file_) throw cannot_write(settings_.filename);
  columns_.clear();
}

void CSVLoggerState::on_epoch_end(Training&, int epoch, const Logs& logs) {
  if (columns_.empty()) {
    bool validates = false;
    for (const auto& [name, value] : logs.entries()) {
      columns_.push_back(name);
      validates = validates || name.starts_with("val_");
    }
    // With validation_freq the first epoch may lack what later ones have.
    if (!validates)
      for (std::size_t i = 0, n = columns_.size(); i < n; ++i) columns_.push_back("val_" + columns_[i]);
    if (header_) {
      std::string head = "epoch";
      for (const std::string& name : columns_) head += settings_.separator + name;
      write(head);
    }
  }
  std::string line = std::to_string(epoch);
  for (const std::string& name : columns_) {
    const std::optional<double> value = logs.get(name);
    line += settings_.separator + (value ? python_number_text(*value) : "NA");
  }
  write(line);
}

void CSVLoggerState::snapshot(Snapshot& s) {
  s.value(before_);
  s.value(text_);
  s.value(header_);
  s.values(columns_, [&](std::string& column) { s.value(column); });
  if (!s.reading()) return;
  std::error_code none;
  if (std::filesystem::file_size(settings_.filename, none) > before_)
    std::filesystem::resize_file(settings_.filename, before_, none);
  file_ = std::ofstream(settings_.filename, std::ios::app);
  file_ << text_ << std::flush;
  if (!file_) throw cannot_write(settings_.filename);
}

void CSVLoggerState::write(const std::string& text) {
  text_ += text + "\r\n";
  file_ << text << "\r\n" << std::flush;
  if (!file_) throw cannot_write(settings_.filename);
}

}  // namespace telar
