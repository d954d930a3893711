#include "tune/every_point.hpp"

#include <cmath>
#include <vector>

namespace telar {

void EveryPoint::find() {
  at_.clear();
  for (std::size_t i = 0; i < values_.size(); ++i) at_.push_back(space_.coordinate(i, values_[i]));
  space_.drop_inactive(at_);
}

void EveryPoint::advance() {
  // As a clock does, in an order in which conditions come before what hangs on them: that begins anew.
  const std::vector<std::size_t>& order = space_.order();
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    if (!std::isnan(at_[*i]) && values_[*i] + 1 < *space_.values(*i)) {
      ++values_[*i];
      find();
      return;
    }
    values_[*i] = 0;
  }
  at_end_ = true;
}

}  // namespace telar
