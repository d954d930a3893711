// Sequential::save_weights and load_weights: the weights as a NumPy archive.
#include <algorithm>
#include <system_error>

#include <telar/error.hpp>
#include <telar/sequential.hpp>

#include "format/npz.hpp"
#include "train/state.hpp"

namespace telar {

void Sequential::save_weights(const std::filesystem::path& file) const {
  std::vector<NpzArray> arrays;
  for (const Variable& variable : variables()) {
    const std::span<const float> values = get_weights(variable.path);
    arrays.push_back({variable.path, variable.shape, {values.begin(), values.end()}});
  }
  write_npz(file, arrays);
}

void Sequential::load_weights(const std::filesystem::path& path) {
  std::error_code none;
  const std::filesystem::path file = std::filesystem::is_directory(path, none) ? path / "weights.npz" : path;
  const std::vector<NpzArray> arrays = read_npz(file);
  const auto refuse = [&](const std::string& message) {
    throw Error(ErrorCode::data, file.string(), message, "these are the weights of another network");
  };
  const Model& model = state_->model;
  std::vector<float> weights(model.weights().size());
  for (std::size_t i = 0; i < model.infos().size(); ++i) {
    const LayerInfo& info = model.infos()[i];
    const std::string layer = LayerInfo::describe(i, info.name, model.layers()[i]);
    for (std::size_t v = info.first_variable; v < info.first_variable + info.variable_count; ++v) {
      const Variable& variable = model.variables()[v];
      const auto found = std::ranges::find(arrays, variable.path, &NpzArray::name);
      if (found == arrays.end())
        refuse(layer + ": the file has no array '" + variable.path + "'");
      else if (found->shape != variable.shape)
        refuse(layer + ": '" + variable.path + "' has shape " + shape_text(found->shape) +
               " in the file, but the network's has " + shape_text(variable.shape));
      else
        std::ranges::copy(found->values, weights.begin() + static_cast<std::ptrdiff_t>(variable.offset));
    }
  }
  for (const NpzArray& array : arrays)
    if (std::ranges::find(model.variables(), array.name, &Variable::path) == model.variables().end())
      refuse("the file has '" + array.name + "' of shape " + shape_text(array.shape) +
             ", but the network has no such variable");
  set_weights(weights);
}

}  // namespace telar
