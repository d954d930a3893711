#include "train/monitor.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>
#include <utility>

namespace telar {

namespace {
/// Metrics of which more is better, by their names in logs; the second of a kind ends in "_1".
bool goes_up(const std::string& name) {
  std::string kind = name.starts_with("val_") ? name.substr(4) : name;
  while (!kind.empty() && std::isdigit(static_cast<unsigned char>(kind.back())) != 0) kind.pop_back();
  if (kind.ends_with('_'))
    kind.pop_back();
  else
    kind = name.starts_with("val_") ? name.substr(4) : name;
  if (kind.starts_with("weighted_")) kind.erase(0, std::string_view("weighted_").size());
  constexpr std::string_view kUp[] = {"acc",
                                      "precision",
                                      "recall",
                                      "f1_score",
                                      "fbeta_score",
                                      "auc",
                                      "true_positives",
                                      "true_negatives",
                                      "precision_at_recall",
                                      "recall_at_precision",
                                      "sensitivity_at_specificity",
                                      "specificity_at_sensitivity",
                                      "pearson_correlation",
                                      "concordance_correlation",
                                      "r2_score",
                                      "matthews_correlation",
                                      "mean_io_u",
                                      "io_u",
                                      "binary_io_u",
                                      "one_hot_io_u",
                                      "one_hot_mean_io_u",
                                      "cosine_similarity"};
  return kind.ends_with("accuracy") || std::find(std::begin(kUp), std::end(kUp), kind) != std::end(kUp);
}
}  // namespace

Monitor::Monitor(std::string name, Mode mode, double min_delta)
    : name_(std::move(name)),
      up_(mode == Mode::automatic ? goes_up(name_) : mode == Mode::max),
      min_delta_(std::abs(min_delta)) {}

void Monitor::reset() noexcept { best_.reset(); }

bool Monitor::better(double value, double reference) const noexcept {
  return up_ ? static_cast<float>(value - min_delta_) > static_cast<float>(reference)
             : static_cast<float>(value + min_delta_) < static_cast<float>(reference);
}

bool Monitor::improve(double value) noexcept {
  if (best_ && !better(value, *best_)) return false;
  best_ = value;
  return true;
}

std::string available_metrics(const Logs& logs) {
  std::string names;
  const auto append = [&names](const std::string& name) { names += (names.empty() ? "" : ",") + name; };
  for (const auto& entry : logs.entries())
    if (entry.first != "learning_rate") append(entry.first);
  if (logs.get("learning_rate")) append("learning_rate");
  return names;
}

void WarnOnce::operator()(std::ostream& out, const std::string& text) {
  if (text == last_) return;
  out << "warning: " << text << '\n';
  last_ = text;
}

}  // namespace telar
