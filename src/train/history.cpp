#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <telar/error.hpp>
#include <telar/history.hpp>

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

const Estimate& Score::operator[](const std::string& name) const {
  if (name == "loss") return loss;
  for (const auto& [key, value] : metrics)
    if (key == name) return value;
  throw Error(ErrorCode::usage, "Score", "no metric is called '" + name + "'", "name it in compile's metrics");
}

}  // namespace telar
