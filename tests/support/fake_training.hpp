// A training that does nothing but remember what callbacks did to it.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <telar/callbacks.hpp>

namespace telar {

class FakeTraining final : public Training {
 public:
  explicit FakeTraining(double rate = 0.001) : rate_(static_cast<float>(rate)) {}

  std::vector<float> current_weights;
  std::vector<std::string> saved, loaded;  ///< files, in order
  std::int64_t steps = 0;
  int swaps = 0;  ///< of weights and averages
  History past;
  bool stopped = false;
  Ended ended = Ended::completed;
  std::string reason;

  [[nodiscard]] int epochs() const override { return 100; }
  [[nodiscard]] int steps_per_epoch() const override { return 1; }
  [[nodiscard]] double learning_rate() const override { return rate_; }
  [[nodiscard]] std::int64_t iterations() const override { return steps; }
  void set_learning_rate(double rate) override { rate_ = static_cast<float>(rate); }
  [[nodiscard]] std::vector<float> weights() override { return current_weights; }
  void set_weights(std::span<const float> weights) override { current_weights.assign(weights.begin(), weights.end()); }
  void save_weights(const std::filesystem::path& file) override { saved.push_back(file.string()); }
  void swap_averages() override { ++swaps; }
  void save_progress(const std::filesystem::path& file) override { saved.push_back(file.string()); }
  void load_progress(const std::filesystem::path& file) override { loaded.push_back(file.string()); }
  [[nodiscard]] const History& history() const override { return past; }
  [[nodiscard]] Ended status() const override { return ended; }
  void stop(Ended how, std::string why) override {
    stopped = true;
    ended = how;
    reason = std::move(why);
  }
  [[nodiscard]] std::ostream& output() override { return output_; }

  /// What was written, apart from warnings.
  [[nodiscard]] std::string text() const { return lines(false); }
  /// The warnings, without their "warning: ".
  [[nodiscard]] std::vector<std::string> warnings() const {
    std::vector<std::string> all;
    std::istringstream in(lines(true));
    for (std::string line; std::getline(in, line);) all.push_back(line.substr(kWarning.size()));
    return all;
  }

 private:
  inline static const std::string kWarning = "warning: ";

  [[nodiscard]] std::string lines(bool warnings) const {
    std::string kept;
    std::istringstream in(output_.str());
    for (std::string line; std::getline(in, line);)
      if (line.starts_with(kWarning) == warnings) kept += line + "\n";
    return kept;
  }

  float rate_;
  std::ostringstream output_;
};

/// Logs of one epoch: {{"val_loss", 0.5}}.
inline Logs logs_of(const std::vector<std::pair<std::string, double>>& entries) {
  Logs logs;
  for (const auto& entry : entries) logs.set(entry.first, entry.second);
  return logs;
}

}  // namespace telar
