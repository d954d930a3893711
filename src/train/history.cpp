#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <telar/error.hpp>
#include <telar/history.hpp>

#include "base/statistics.hpp"

namespace telar {

void Logs::set(const std::string& name, double value) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), name,
                                   [](const auto& e, const std::string& n) { return e.first < n; });
  if (at != entries_.end() && at->first == name)
    at->second = value;
  else
    entries_.insert(at, {name, value});
}

std::optional<double> Logs::get(const std::string& name) const {
  for (const auto& [key, value] : entries_)
    if (key == name) return value;
  return std::nullopt;
}

const char* to_string(Ended ended) noexcept {
  switch (ended) {
    case Ended::completed:
      return "completed";
    case Ended::stopped_early:
      return "stopped_early";
    case Ended::interrupted:
      return "interrupted";
    case Ended::diverged:
      return "diverged";
  }
  return "?";
}

std::vector<std::string> History::names() const {
  std::set<std::string> all;
  for (const Logs& logs : epochs)
    for (const auto& entry : logs.entries()) all.insert(entry.first);
  return {all.begin(), all.end()};
}

std::vector<double> History::operator[](const std::string& name) const {
  std::vector<double> values;
  bool any = false;
  for (const Logs& logs : epochs) {
    const std::optional<double> value = logs.get(name);
    any = any || value.has_value();
    values.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  if (!any) values.clear();
  return values;
}

namespace {

Estimate share(std::int64_t right, std::int64_t of) {
  const Interval interval = wilson_interval(right, of);
  const double value =
      of > 0 ? static_cast<double>(right) / static_cast<double>(of) : std::numeric_limits<double>::quiet_NaN();
  return {value, interval.low, interval.high};
}

}  // namespace

std::vector<ClassScore> Score::by_class() const {
  std::vector<ClassScore> all(static_cast<std::size_t>(classes));
  const std::size_t width = all.size();
  for (std::size_t row = 0; row < width; ++row)
    for (std::size_t column = 0; column < width; ++column) {
      all[row].samples += confusion[row * width + column];
      all[column].predicted += confusion[row * width + column];
    }
  for (std::size_t c = 0; c < width; ++c) {
    const std::int64_t right = confusion[c * width + c];
    all[c].precision = share(right, all[c].predicted);
    all[c].recall = share(right, all[c].samples);
    const Estimate p = share(right, all[c].samples + all[c].predicted - right);
    const auto f1 = [](double x) { return 2 * x / (1 + x); };
    all[c].f1 = {f1(p.value), f1(p.low), f1(p.high)};
  }
  return all;
}

const Estimate& Score::operator[](const std::string& name) const {
  if (name == "loss") return loss;
  for (const auto* estimates : {&metrics, &of_classes})
    for (const auto& [key, value] : *estimates)
      if (key == name) return value;
  throw Error(ErrorCode::usage, "Score", "no metric is called '" + name + "'", "name it in compile's metrics");
}

}  // namespace telar
