// A search space as a cube: every point has a coordinate for each parameter.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <telar/tuning.hpp>

namespace telar {

/// One number for each parameter, in the order of the space: in [0, 1] for numbers, the option's number for a choice,
/// NaN where the parameter takes no part or is not known.
using Coordinates = std::vector<double>;

class SearchSpace {
 public:
  /// Throws Error (usage), where = the parameter's name: two of one name, an empty choice or an option twice, a range
  /// that is reversed or cannot be logarithmic, a condition on what is no choice or has no such option, or on itself,
  /// conditions that exclude each other.
  explicit SearchSpace(std::vector<SearchParameter> parameters);

  [[nodiscard]] const std::vector<SearchParameter>& parameters() const noexcept { return parameters_; }
  [[nodiscard]] std::size_t size() const noexcept { return parameters_.size(); }
  /// Of a choice, else 0.
  [[nodiscard]] std::size_t options(std::size_t parameter) const noexcept;

  /// How many values a parameter can have; absent for numbers of a range, which are taken for endless.
  [[nodiscard]] std::optional<std::size_t> values(std::size_t parameter) const noexcept;
  /// Whether there is a finite number of points.
  [[nodiscard]] bool finite() const noexcept;
  /// The coordinate of one of a parameter's values, value < *values(parameter).
  [[nodiscard]] double coordinate(std::size_t parameter, std::size_t value) const;
  /// The parameters, each behind those that its conditions name.
  [[nodiscard]] const std::vector<std::size_t>& order() const noexcept { return order_; }

  /// The options that a parameter's conditions, and theirs, leave of each choice. Throws Error (usage) if they exclude
  /// each other, or are none.
  [[nodiscard]] std::map<std::string, std::set<std::string>> needs(std::size_t parameter) const;
  /// `draws` in [0, 1), one for each parameter, to coordinates; without those that take no part.
  [[nodiscard]] Coordinates place(const std::vector<double>& draws) const;
  /// Sets to NaN what takes no part.
  void drop_inactive(Coordinates& at) const;
  [[nodiscard]] SearchPoint point(const Coordinates& at) const;
  /// What is unknown or out of range is NaN.
  [[nodiscard]] Coordinates coordinates(const SearchPoint& point) const;

 private:
  [[nodiscard]] std::size_t index_of(const std::string& name) const;

  std::vector<SearchParameter> parameters_;
  std::vector<std::size_t> order_;
};

}  // namespace telar
