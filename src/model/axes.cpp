#include "model/axes.hpp"

#include <algorithm>

#include <telar/error.hpp>

#include "model/model.hpp"

namespace telar {

namespace {

std::string axes_text(const Axes& axes) {
  std::string text;
  for (const int axis : axes.list) text += (text.empty() ? "" : ", ") + std::to_string(axis);
  return "axis " + (axes.list.size() == 1 ? text : "[" + text + "]");
}

}  // namespace

std::vector<int> places_of(const Axes& axes, const std::vector<int>& shape) {
  std::vector<int> places;
  for (const int axis : axes.list) places.push_back(axis < 0 ? axis + static_cast<int>(shape.size()) : axis - 1);
  std::ranges::sort(places);
  return places;
}

void check_axes(const Axes& axes, const std::vector<int>& shape, const std::string& where) {
  if (axes.list.empty()) throw Error(ErrorCode::usage, where, "axis is empty", "such as -1 or [1, 2]");
  const std::vector<int> places = places_of(axes, shape);
  const std::string text = axes_text(axes) + " of samples " + shape_text(shape);
  const bool has_batch = std::ranges::find(axes.list, 0) != axes.list.end();
  if (has_batch || places.front() < 0 || places.back() >= static_cast<int>(shape.size()))
    throw Error(ErrorCode::usage, where,
                axes_text(axes) + " is outside of samples " + shape_text(shape) + (has_batch ? ": 0 is the batch" : ""),
                "axes count from 1, or from -1 backwards");
  if (std::ranges::adjacent_find(places) != places.end())
    throw Error(ErrorCode::usage, where, text + " has an axis twice", "name each axis once");
  if (places.size() < shape.size() && shape.size() > compute::AxisOrder::kMostAxes)
    throw Error(ErrorCode::usage, where, text + ": some of more than 8 axes", "put a Reshape before it");
}

std::vector<int> extents_along(const Axes& axes, const std::vector<int>& shape) {
  std::vector<int> sorted = axes.list, extents;
  std::ranges::sort(sorted);  // as they are given: -1 comes before 1
  for (const int axis : sorted) extents.push_back(shape[static_cast<std::size_t>(places_of(axis, shape).front())]);
  return extents;
}

compute::AxisOrder order_with_last(const std::vector<int>& places, const std::vector<int>& shape) {
  compute::AxisOrder order;
  order.axes = static_cast<int>(shape.size());
  std::vector<int> steps(shape.size(), 1);
  for (std::size_t axis = shape.size() - 1; axis > 0; --axis) steps[axis - 1] = steps[axis] * shape[axis];
  std::size_t n = 0;
  for (const bool last : {false, true})
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (std::ranges::binary_search(places, static_cast<int>(axis)) != last) continue;
      order.extents[n] = shape[axis];
      order.steps[n++] = steps[axis];
    }
  return order;
}

}  // namespace telar
