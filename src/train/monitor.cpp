#include "train/monitor.hpp"

#include <cmath>
#include <utility>

namespace telar {

namespace {
bool goes_up(const std::string& name) { return name.ends_with("accuracy") || name == "acc" || name == "val_acc"; }
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
