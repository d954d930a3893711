// All points of a search space that has a finite number of them, one after the other.
#pragma once

#include <cstddef>
#include <vector>

#include "tune/space.hpp"

namespace telar {

class EveryPoint {
 public:
  /// Needs space.finite().
  explicit EveryPoint(const SearchSpace& space) : space_(space), values_(space.size(), 0) { find(); }

  /// Behind the last one.
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }
  /// The coordinates where it stands.
  [[nodiscard]] const Coordinates& at() const noexcept { return at_; }
  void advance();

 private:
  void find();

  const SearchSpace& space_;
  std::vector<std::size_t> values_;  // by number: of a parameter that takes no part, the first
  Coordinates at_;
  bool at_end_ = false;
};

}  // namespace telar
