#include "tune/space.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "base/number_text.hpp"

namespace telar {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse(const SearchParameter& parameter, const std::string& message, const std::string& hint = {}) {
  throw Error(ErrorCode::usage, parameter.name, message, hint);
}

void check_range_of(const SearchParameter& parameter, double low, double high, bool log) {
  if (!std::isfinite(low) || !std::isfinite(high)) refuse(parameter, "the range is not finite");
  if (low > high)
    refuse(parameter, "the range is reversed: " + number_text(low) + " is above " + number_text(high),
           "write the smaller number first");
  if (log && low <= 0) refuse(parameter, "a logarithmic range must begin above 0, but begins at " + number_text(low));
}

void check_values(const SearchParameter& parameter) {
  if (const auto* range = std::get_if<FloatRange>(&parameter.values))
    check_range_of(parameter, range->low, range->high, range->log);
  if (const auto* whole = std::get_if<IntRange>(&parameter.values))
    check_range_of(parameter, whole->low, whole->high, whole->log);
  const auto* choice = std::get_if<Choice>(&parameter.values);
  if (choice == nullptr) return;
  if (choice->options.empty()) refuse(parameter, "the choice is empty", "give it one option or more");
  std::set<std::string> seen;
  for (const std::string& option : choice->options)
    if (!seen.insert(option).second) refuse(parameter, "the choice has the option " + option + " twice");
}

// A whole number owns an equal part of the cube's edge, of which it stands in the middle.
double whole_at(const IntRange& range, double share) {
  const double low = range.low - 0.5, high = range.high + 0.5;
  const double value =
      range.log ? std::max(low, 0.5) * std::pow(high / std::max(low, 0.5), share) : low + share * (high - low);
  return std::clamp(std::round(value), static_cast<double>(range.low), static_cast<double>(range.high));
}
double share_of(const IntRange& range, double value) {
  const double low = range.low - 0.5, high = range.high + 0.5;
  if (range.log) return std::log(value / std::max(low, 0.5)) / std::log(high / std::max(low, 0.5));
  return (value - low) / (high - low);
}

double number_at(const FloatRange& range, double share) {
  const double value =
      range.log ? range.low * std::pow(range.high / range.low, share) : range.low + share * (range.high - range.low);
  // Three digits are all that anybody tells apart, and more than a result shows.
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 2).ptr;
  double rounded = value;
  std::from_chars(text.data(), end, rounded);
  return std::clamp(rounded, range.low, range.high);
}
double share_of(const FloatRange& range, double value) {
  if (range.low == range.high) return 0.5;
  return range.log ? std::log(value / range.low) / std::log(range.high / range.low)
                   : (value - range.low) / (range.high - range.low);
}

}  // namespace

SearchSpace::SearchSpace(std::vector<SearchParameter> parameters) : parameters_(std::move(parameters)) {
  std::set<std::string> names;
  for (const SearchParameter& parameter : parameters_) {
    if (!names.insert(parameter.name).second) refuse(parameter, "there are two parameters of this name");
    check_values(parameter);
  }
  for (std::size_t i = 0; i < size(); ++i) static_cast<void>(needs(i));
  std::set<std::string> placed;
  while (order_.size() < size())  // conditions go round in no circle: some parameter can always be placed
    for (std::size_t i = 0; i < size(); ++i) {
      const auto is_placed = [&](const auto& condition) { return placed.contains(condition.first); };
      if (placed.contains(parameters_[i].name) || !std::ranges::all_of(parameters_[i].when, is_placed)) continue;
      placed.insert(parameters_[i].name);
      order_.push_back(i);
    }
}

std::size_t SearchSpace::options(std::size_t parameter) const noexcept {
  const auto* choice = std::get_if<Choice>(&parameters_[parameter].values);
  return choice == nullptr ? 0 : choice->options.size();
}

std::optional<std::size_t> SearchSpace::values(std::size_t parameter) const noexcept {
  if (const auto* whole = std::get_if<IntRange>(&parameters_[parameter].values))
    return static_cast<std::size_t>(static_cast<std::int64_t>(whole->high) - whole->low + 1);
  if (const auto* range = std::get_if<FloatRange>(&parameters_[parameter].values))
    return range->low == range->high ? std::optional<std::size_t>(1) : std::nullopt;
  return options(parameter);
}

bool SearchSpace::finite() const noexcept {
  for (std::size_t i = 0; i < size(); ++i)
    if (!values(i)) return false;
  return true;
}

double SearchSpace::coordinate(std::size_t parameter, std::size_t value) const {
  if (const auto* whole = std::get_if<IntRange>(&parameters_[parameter].values))
    return share_of(*whole, static_cast<double>(whole->low) + static_cast<double>(value));
  return options(parameter) > 0 ? static_cast<double>(value) : 0.5;
}

std::size_t SearchSpace::index_of(const std::string& name) const {
  return static_cast<std::size_t>(std::ranges::find(parameters_, name, &SearchParameter::name) - parameters_.begin());
}

std::map<std::string, std::set<std::string>> SearchSpace::needs(std::size_t parameter) const {
  const SearchParameter& own = parameters_[parameter];
  std::map<std::string, std::set<std::string>> needed;
  std::vector<std::size_t> open{parameter};
  std::set<std::size_t> seen;
  while (!open.empty()) {
    const SearchParameter& at = parameters_[open.back()];
    open.pop_back();
    for (const auto& [name, options] : at.when) {
      const std::size_t other = index_of(name);
      std::vector<std::string> names;
      for (const SearchParameter& p : parameters_) names.push_back(p.name);
      if (other == size())
        refuse(at, "its condition names " + name + ", which is no parameter", did_you_mean(name, names));
      if (other == parameter) refuse(own, "its conditions lead back to itself");
      const auto* choice = std::get_if<Choice>(&parameters_[other].values);
      if (choice == nullptr) refuse(at, "its condition names " + name + ", which is no choice");
      if (options.empty()) refuse(at, "its condition names no option of " + name);
      for (const std::string& option : options)
        if (std::ranges::find(choice->options, option) == choice->options.end())
          refuse(at, "its condition names " + option + ", which is no option of " + name,
                 did_you_mean(option, choice->options));
      std::set<std::string> both;
      const auto [need, first] = needed.try_emplace(name, options.begin(), options.end());
      for (const std::string& option : options)
        if (need->second.contains(option)) both.insert(option);
      if (both.empty())
        refuse(own, "its conditions exclude each other: no option of " + name + " meets all of them",
               "as it is, the parameter never takes part");
      need->second = both;
      if (seen.insert(other).second) open.push_back(other);
    }
  }
  return needed;
}

Coordinates SearchSpace::place(const std::vector<double>& draws) const {
  Coordinates at(draws.begin(), draws.end());
  for (std::size_t i = 0; i < size(); ++i)
    if (const std::size_t count = options(i))
      at[i] = std::min(std::floor(draws[i] * static_cast<double>(count)), static_cast<double>(count - 1));
  drop_inactive(at);
  return at;
}

void SearchSpace::drop_inactive(Coordinates& at) const {
  for (const std::size_t i : order_)
    for (const auto& [name, options] : parameters_[i].when) {
      const std::size_t other = index_of(name);
      const auto& choice = std::get<Choice>(parameters_[other].values);
      if (std::isnan(at[other]) ||
          std::ranges::find(options, choice.options[static_cast<std::size_t>(at[other])]) == options.end())
        at[i] = kUnknown;
    }
}

SearchPoint SearchSpace::point(const Coordinates& at) const {
  SearchPoint point;
  for (std::size_t i = 0; i < size(); ++i) {
    if (std::isnan(at[i])) continue;
    const SearchParameter& parameter = parameters_[i];
    if (const auto* range = std::get_if<FloatRange>(&parameter.values))
      point.values[parameter.name] = number_at(*range, at[i]);
    else if (const auto* whole = std::get_if<IntRange>(&parameter.values))
      point.values[parameter.name] = static_cast<int>(whole_at(*whole, at[i]));
    else
      point.values[parameter.name] = std::get<Choice>(parameter.values).options[static_cast<std::size_t>(at[i])];
  }
  return point;
}

Coordinates SearchSpace::coordinates(const SearchPoint& point) const {
  Coordinates at(size(), kUnknown);
  for (std::size_t i = 0; i < size(); ++i) {
    const auto found = point.values.find(parameters_[i].name);
    if (found == point.values.end()) continue;
    if (const auto* range = std::get_if<FloatRange>(&parameters_[i].values)) {
      const auto* value = std::get_if<double>(&found->second);
      if (value != nullptr && *value >= range->low && *value <= range->high) at[i] = share_of(*range, *value);
    } else if (const auto* whole = std::get_if<IntRange>(&parameters_[i].values)) {
      const auto* value = std::get_if<int>(&found->second);
      if (value != nullptr && *value >= whole->low && *value <= whole->high) at[i] = share_of(*whole, *value);
    } else if (const auto* option = std::get_if<std::string>(&found->second)) {
      const auto& options = std::get<Choice>(parameters_[i].values).options;
      const auto place = std::ranges::find(options, *option);
      if (place != options.end()) at[i] = static_cast<double>(place - options.begin());
    }
  }
  return at;
}

}  // namespace telar
