#include "train/diagnosis.hpp"

#include <algorithm>
#include <cmath>

#include "train/session.hpp"

namespace telar {

namespace {

bool all_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float v) { return std::isfinite(v); });
}

bool output_is_finite(const Model& model, compute::StepInput input) {
  Session session(model, {.max_rows = input.rows}, 1);
  session.executable().run(compute::Phase::predict, input);
  for (int r = 0; r < input.rows; ++r) {
    const float* row = session.executable().output() + static_cast<std::ptrdiff_t>(r) * session.output().stride;
    if (!all_finite({row, static_cast<std::size_t>(session.output().columns)})) return false;
  }
  return true;
}

}  // namespace

std::string first_not_finite(const Model& model, const Dataset& data, std::span<const std::uint32_t> rows) {
  if (const auto* floats = std::get_if<std::vector<float>>(&data.storage().features)) {
    const std::size_t size = data.sample_size();
    for (const std::uint32_t row : rows)
      if (!all_finite(std::span(*floats).subspan(row * size, size)))
        return "sample " + std::to_string(row) + " of the data has a number that is not finite";
  }
  for (const Variable& variable : model.variables())
    if (!all_finite(std::span(model.weights()).subspan(variable.offset, variable.size())))
      return "the weights " + variable.path + " are the first that are not finite";

  compute::StepInput input = bind(data);
  input.rows = static_cast<int>(rows.size());
  input.index = rows.data();
  for (std::size_t i = 0; i < model.layers().size(); ++i)
    if (!output_is_finite(first_layers(model, i + 1), input))
      return "the output of " + LayerInfo::describe(i, model.infos()[i].name, model.layers()[i]) +
             " is the first that is not finite";
  return "weights and outputs are finite in inference mode, so the loss itself or the statistics of the batch are not";
}

}  // namespace telar
