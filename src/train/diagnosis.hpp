// Where a training lost its finite numbers.
#pragma once

#include <span>
#include <string>

#include <telar/dataset.hpp>

#include "model/model.hpp"

namespace telar {

/// What of a step is the first that is not finite: the samples (stored rows `rows` of `data`), a variable of `model`,
/// or the output of a layer in inference mode. A piece of a sentence: "the output of layer 2, dense_1 (Dense), is the
/// first that is not finite".
[[nodiscard]] std::string first_not_finite(const Model& model, const Dataset& data,
                                           std::span<const std::uint32_t> rows);

}  // namespace telar
