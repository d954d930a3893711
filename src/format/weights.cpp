// Sequential::save_weights and load_weights: the weights alone, as a NumPy archive or in Keras's formats.
#include <algorithm>
#include <system_error>

#include <telar/error.hpp>
#include <telar/sequential.hpp>

#include "base/file_reader.hpp"
#include "format/keras_file.hpp"
#include "format/keras_weights.hpp"
#include "format/keras_write.hpp"
#include "format/npz.hpp"
#include "format/save.hpp"
#include "train/state.hpp"

namespace telar {

namespace {

std::vector<float> weights_of_npz(const std::filesystem::path& file, const Model& model) {
  const std::vector<NpzArray> arrays = read_npz(file);
  const auto refuse = [&](const std::string& message) {
    throw Error(ErrorCode::data, file.string(), message, "these are the weights of another network");
  };
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
  return weights;
}

std::vector<float> weights_of_hdf5(std::span<const std::byte> bytes, const std::string& file, const Sequential& model) {
  const Hdf5File weights(file, bytes);
  const KerasDocument own = write_keras(model, nullptr, 0);
  const KerasNetwork network{model.input(), model.layers(), false, own.names, own.groups};
  const Hdf5Object* legacy = weights.find("model_weights");
  if (legacy == nullptr && weights.root().strings("layer_names") != nullptr) legacy = &weights.root();
  const KerasDatasets datasets =
      legacy != nullptr ? legacy_datasets(weights, *legacy, network, file) : keras_datasets(weights, network, file);
  std::vector<float> values(model.get_weights().begin(), model.get_weights().end());
  read_datasets(weights, datasets, model.variables(), values);
  return values;
}

}  // namespace

void Sequential::save_weights(const std::filesystem::path& file) const {
  if (file.string().ends_with(".weights.h5")) return save_keras_weights(*this, *state_, file);
  std::vector<NpzArray> arrays;
  for (const Variable& variable : variables()) {
    const std::span<const float> values = get_weights(variable.path);
    arrays.push_back({variable.path, variable.shape, {values.begin(), values.end()}});
  }
  write_npz(file, arrays);
}

void Sequential::load_weights(const std::filesystem::path& path) {
  std::error_code none;
  std::filesystem::path file = path;
  if (std::filesystem::is_directory(path, none))
    file /= std::filesystem::exists(path / "model.keras", none) ? "model.keras" : "weights.npz";
  constexpr std::uint64_t kMostFileBytes = std::uint64_t{2} << 30;
  switch (kind_of_model_file(file)) {
    case ModelFileKind::npz:
      return set_weights(weights_of_npz(file, state_->model));
    case ModelFileKind::hdf5:
      return set_weights(weights_of_hdf5(read_file(file, kMostFileBytes), file.string(), *this));
    case ModelFileKind::keras:
      return set_weights(weights_of_hdf5(read_keras_file(file).weights, file.string(), *this));
  }
}

}  // namespace telar
