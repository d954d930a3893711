#include "train/progress.hpp"

#include <cstring>
#include <string_view>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "base/file_reader.hpp"
#include "base/sha256.hpp"

namespace telar {

namespace {

// The number is that of the values' order: a version of telar that stores others counts it up.
constexpr std::string_view kFirstLine = "telar checkpoint 1\n";
constexpr std::size_t kHead = kFirstLine.size() + sizeof(std::uint64_t);
constexpr std::size_t kDigest = 64;  // SHA-256 in hexadecimal
constexpr std::uint64_t kLargest = std::uint64_t{1} << 36;

void snapshot(Tally& tally, Snapshot& s) {
  s.value(tally.samples);
  s.value(tally.batch_losses);
  s.value(tally.losses);
  s.value(tally.squared_losses);
  s.value(tally.counted);
  s.value(tally.divisor);
  s.value(tally.penalty);
}

void snapshot(Logs& logs, Snapshot& s) {
  std::vector<std::pair<std::string, double>> entries = logs.entries();
  s.values(entries, [&](std::pair<std::string, double>& entry) {
    s.value(entry.first);
    s.value(entry.second);
  });
  if (!s.reading()) return;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0 && !(entries[i - 1].first < entries[i].first))
      throw Error(ErrorCode::data, "checkpoint", "its names are not in order");
    logs.set(entries[i].first, entries[i].second);
  }
}

void snapshot(History& history, Snapshot& s) {
  s.values(history.epochs, [&](Logs& logs) { snapshot(logs, s); });
  s.value(history.epoch_seconds);
  s.value(history.validation_seconds);
  s.value(history.reason);
  s.values(history.validations, [&](StepValidation& validation) {
    s.value(validation.epoch);
    s.value(validation.step);
    snapshot(validation.logs, s);
  });
}

void snapshot(Progress& p, Snapshot& s) {
  s.value(p.seed);
  s.value(p.rule);
  s.value(p.batch_size);
  s.value(p.samples);
  s.values(p.variables, [&](std::string& variable) { s.value(variable); });
  s.value(p.epoch);
  s.value(p.epoch_ended);
  s.value(p.step);
  s.value(p.batch);
  s.value(p.epochs_trained);
  s.value(p.stopped);
  s.value(p.optimizer.iterations);
  s.value(p.optimizer.learning_rate);
  s.values(p.optimizer.slots, [&](std::vector<float>& slot) { s.value(slot); });
  s.value(p.weights);
  s.value(p.seconds);
  snapshot(p.tally, s);
  s.value(p.metrics);
  s.value(p.steps_since_validation);
  snapshot(p.step_validation, s);
  snapshot(p.history, s);
  s.values(p.callbacks, [&](Progress::Callback& callback) {
    s.value(callback.name);
    s.value(callback.state);
  });
}

}  // namespace

std::vector<std::byte> bytes_of(Progress& progress) {
  Snapshot values;
  snapshot(progress, values);
  return values.bytes();
}

void write_progress(const std::filesystem::path& file, Progress& progress) {
  const std::vector<std::byte> values = bytes_of(progress);
  const std::uint64_t length = values.size();
  std::vector<std::byte> bytes(kHead);
  std::memcpy(bytes.data(), kFirstLine.data(), kFirstLine.size());
  std::memcpy(bytes.data() + kFirstLine.size(), &length, sizeof length);
  bytes.reserve(kHead + values.size() + kDigest);
  bytes.insert(bytes.end(), values.begin(), values.end());
  const std::string digest = sha256(bytes);
  const auto digits = std::as_bytes(std::span(digest));
  bytes.insert(bytes.end(), digits.begin(), digits.end());
  write_file(file, bytes);
}

Progress read_progress(const std::filesystem::path& file) {
  const ByteBuffer bytes = read_file(file, kLargest);
  const auto refuse = [&](const std::string& message) { throw Error(ErrorCode::data, file.string(), message); };
  const std::span<const std::byte> all(bytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kFirstLine)) refuse("it is no checkpoint of this version of telar");
  std::uint64_t length = 0;
  if (bytes.size() >= kHead) std::memcpy(&length, bytes.data() + kFirstLine.size(), sizeof length);
  if (bytes.size() < kHead + kDigest || length != bytes.size() - kHead - kDigest) refuse("its end is missing");
  const std::size_t sealed = bytes.size() - kDigest;
  if (sha256(all.first(sealed)) != text.substr(sealed)) refuse("it is damaged: its SHA-256 is another one");
  try {
    return parse_progress(all.subspan(kHead, sealed - kHead));
  } catch (const Error& error) {
    throw Error(error.code(), file.string(), error.message(), error.hint());
  }
}

Progress parse_progress(std::span<const std::byte> bytes) {
  Progress progress;
  Snapshot values(bytes);
  snapshot(progress, values);
  if (values.left() > 0)
    throw Error(ErrorCode::data, "checkpoint", std::to_string(values.left()) + " bytes stand behind its last value");
  return progress;
}

}  // namespace telar
