// Sequential::save_weights and load_weights: the weights as a NumPy archive.
#include <telar/error.hpp>
#include <telar/sequential.hpp>

#include "format/npz.hpp"
#include "model/model.hpp"

namespace telar {

void Sequential::save_weights(const std::filesystem::path& file) const {
  std::vector<NpzArray> arrays;
  for (const Variable& variable : variables()) {
    const std::span<const float> values = get_weights(variable.path);
    arrays.push_back({variable.path, variable.shape, {values.begin(), values.end()}});
  }
  write_npz(file, arrays);
}

void Sequential::load_weights(const std::filesystem::path& file) {
  const std::vector<NpzArray> arrays = read_npz(file);
  std::vector<float> weights(get_weights().size());
  const auto refuse = [&](const std::string& message) {
    throw Error(ErrorCode::data, file.string(), message, "these are the weights of another network");
  };
  if (arrays.size() != variables().size())
    refuse("the file has " + std::to_string(arrays.size()) + " arrays, but the network has " +
           std::to_string(variables().size()) + " variables");
  for (const Variable& variable : variables()) {
    const NpzArray* found = nullptr;
    for (const NpzArray& array : arrays)
      if (array.name == variable.path) found = &array;
    if (found == nullptr) {
      refuse("the file has no array '" + variable.path + "'");
    } else if (found->shape != variable.shape) {
      refuse("'" + variable.path + "' has shape " + shape_text(found->shape) + ", but the network's has " +
             shape_text(variable.shape));
    } else {
      std::copy(found->values.begin(), found->values.end(),
                weights.begin() + static_cast<std::ptrdiff_t>(variable.offset));
    }
  }
  set_weights(weights);
}

}  // namespace telar
