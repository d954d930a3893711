// Are the numbers of a layer, loss, metric, optimiser or stock callback in their ranges?
#pragma once

#include <string>
#include <string_view>

#include <telar/callbacks.hpp>
#include <telar/layers.hpp>
#include <telar/losses.hpp>
#include <telar/metrics.hpp>
#include <telar/optimizers.hpp>

#include "base/describe.hpp"

namespace telar {

/// Throws Error (usage) "[where] units = 0, but must be at least 1" for the first number outside the range its
/// describe() states, for an enumerator that has no name, and for a layer's name with a '/' (variables are called
/// "layer/kernel"). `where` is what the caller knows of the place: "layer 2 (Dense)", "baseline.toml:9:3", "optimizer
/// (Adam)".
void validate(const Layer& layer, const std::string& where);
void validate(const Initializer& initializer, const std::string& where);
void validate(const Regularizer& regularizer, const std::string& where);  ///< also that it penalises something
void validate(const Constraint& constraint, const std::string& where);
void validate(const Loss& loss, const std::string& where);
void validate(const Metric& metric, const std::string& where);
void validate(const Optimizer& optimizer, const std::string& where);  ///< also that it clips in one way at most
void validate(const Schedule& schedule, const std::string& where);    ///< also the order of boundaries
void validate(const Callback::Stock& callback, const std::string& where);

/// The same for one number that belongs to no aggregate: check_range("batch_size", 0, kCount, "fit").
void check_range(std::string_view name, double value, const Range& range, const std::string& where);

/// "Dense", "Adam", ...: the class name of what a variant holds; of a Custom, that of the user's type.
[[nodiscard]] std::string_view class_name(const Layer& layer);
[[nodiscard]] std::string_view class_name(const Regularizer& regularizer);
[[nodiscard]] std::string_view class_name(const Constraint& constraint);
[[nodiscard]] std::string_view class_name(const Loss& loss);
[[nodiscard]] std::string_view class_name(const Metric& metric);
[[nodiscard]] std::string_view class_name(const Optimizer& optimizer);
[[nodiscard]] std::string_view class_name(const Schedule& schedule);
[[nodiscard]] std::string_view class_name(const Callback::Stock& callback);

}  // namespace telar
