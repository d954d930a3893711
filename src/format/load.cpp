// Sequential::load: a network from a file of Keras's or telar's.
#include <new>
#include <optional>

#include <telar/error.hpp>

#include "base/file_reader.hpp"
#include "format/keras_fields.hpp"
#include "format/keras_file.hpp"
#include "format/keras_weights.hpp"
#include "format/test_case.hpp"
#include "train/state.hpp"

namespace telar {

namespace {

constexpr std::uint64_t kMostH5Bytes = std::uint64_t{2} << 30;

/// Mistakes of a file's model are no mistakes of the user's.
template <class Make>
auto as_data(const std::string& file, Make&& make) {
  try {
    return make();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::data || error.code() == ErrorCode::resource) throw;
    throw Error(ErrorCode::data, file, error.where() + ": " + error.message(), error.hint());
  }
}

/// What telar keeps beside the model; each is checked by whoever takes it.
std::uint64_t seed_in(const KerasJson& telar, std::uint64_t otherwise) {
  if (!telar.is_object()) return otherwise;
  const KerasJson seed = telar.value("seed", KerasJson());
  return seed.is_number_unsigned() ? seed.get<std::uint64_t>() : otherwise;
}

std::int64_t epochs_in(const KerasJson& telar) {
  const KerasJson epochs = telar.is_object() ? telar.value("epochs_trained", KerasJson()) : KerasJson();
  const std::uint64_t count = epochs.is_number_unsigned() ? epochs.get<std::uint64_t>() : 0;
  return count >> 62 != 0 ? 0 : static_cast<std::int64_t>(count);
}

KerasJson compile_in(const KerasFile& file) {
  if (file.telar.is_object() && file.telar.contains("compile_config")) return file.telar["compile_config"];
  return file.config.value("compile_config", KerasJson());
}

}  // namespace

Sequential Sequential::load(const std::filesystem::path& path, const LoadOptions& options) try {
  const std::string name = path.string();
  const ModelFileKind kind = kind_of_model_file(path);
  if (kind == ModelFileKind::npz)
    throw Error(ErrorCode::data, name, "these are weights without a network", "load them with load_weights");
  const auto build = [&](const KerasNetwork& network, const Hdf5File& weights, const KerasDatasets& datasets,
                         std::uint64_t seed, std::optional<CompileOptions> compile) {
    Sequential model = as_data(name, [&] { return Sequential(network.input, network.layers, seed); });
    read_datasets(weights, datasets, model.variables(), model.state_->model.weights());
    if (compile) {
      if (network.mixed_bfloat16) compile->dtype = DType::mixed_bfloat16;
      as_data(name, [&] {
        model.compile(*compile);
        return 0;
      });
      static_cast<void>(read_optimizer(weights, model.compiled(), model.variables(), name, model.state_->optimizer));
    }
    return model;
  };
  if (kind == ModelFileKind::hdf5) {
    const ByteBuffer bytes = read_file(path, kMostH5Bytes);
    const Hdf5File weights(name, bytes);
    const auto* config = weights.root().strings("model_config");
    if (config == nullptr || config->size() != 1)
      throw Error(ErrorCode::data, name, "it has weights, but no network", "load them with load_weights");
    const KerasNetwork network = read_keras_network(parse_keras_json(config->front(), name, "model_config"), name);
    const Hdf5Object* group = weights.find("model_weights");
    const KerasDatasets datasets = legacy_datasets(weights, group == nullptr ? weights.root() : *group, network, name);
    std::optional<CompileOptions> compile;
    if (const auto* training = weights.root().strings("training_config");
        options.compile && training != nullptr && training->size() == 1) {
      KerasJson json = parse_keras_json(training->front(), name, "training_config");
      if (json.is_object() && json.contains("optimizer_config")) json["optimizer"] = json["optimizer_config"];
      compile = read_keras_compile(json, name);
    }
    return build(network, weights, datasets, options.seed, compile);
  }
  const KerasFile file = read_keras_file(path);
  const KerasNetwork network = read_keras_network(file.config, name);
  const Hdf5File weights(name, file.weights);
  const KerasDatasets datasets = keras_datasets(weights, network, name);
  std::optional<CompileOptions> compile;
  if (options.compile) compile = read_keras_compile(compile_in(file), name);
  Sequential model = build(network, weights, datasets, seed_in(file.telar, options.seed), compile);
  if (options.compile) model.state_->epochs_trained = epochs_in(file.telar);
  if (file.telar.is_object() && file.telar.contains("test_case"))
    as_data(name, [&] {
      check_test_case(model, file.telar["test_case"], name);
      return 0;
    });
  return model;
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::resource, path.string(), "not enough memory to read it");
}

}  // namespace telar
