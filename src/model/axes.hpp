// Which of a sample's axes a layer takes together.
#pragma once

#include <string>
#include <vector>

#include <telar/normalization_layers.hpp>

#include "compute/forward_ops.hpp"

namespace telar {

/// Their places in `shape`, from 0, ascending. All axes must be of samples of that shape (check_axes).
[[nodiscard]] std::vector<int> places_of(const Axes& axes, const std::vector<int>& shape);
/// Throws Error (usage) at `where` unless each is an axis of samples of `shape`, and none is there twice; and for some
/// of several axes, if there are more axes than 8.
void check_axes(const Axes& axes, const std::vector<int>& shape, const std::string& where);
/// Of weights along the axes: their extents, in Keras's order.
[[nodiscard]] std::vector<int> extents_along(const Axes& axes, const std::vector<int>& shape);
/// Through samples of `shape`: first along all other axes, then along those at `places`, both in their own order.
[[nodiscard]] compute::AxisOrder order_with_last(const std::vector<int>& places, const std::vector<int>& shape);

}  // namespace telar
