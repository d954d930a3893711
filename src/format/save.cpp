// Sequential::save: a network to a file of Keras's.
#include "format/save.hpp"

#include <algorithm>

#include <telar/error.hpp>
#include <telar/version.hpp>

#include "base/atomic_file.hpp"
#include "format/hdf5_writer.hpp"
#include "format/keras_weights.hpp"
#include "format/keras_write.hpp"
#include "format/test_case.hpp"
#include "format/zip.hpp"
#include "model/plan.hpp"
#include "train/state.hpp"

namespace telar {

namespace {

/// What of the state Keras keeps as a variable of its own, and not as it lies in telar's slots.
struct OptimizerNumbers {
  std::vector<std::vector<float>> parts;  ///< of Adafactor's kernels
  float learning_rate = 0, schedule = 1;
  float unused = 0;
};

using Variables = std::vector<Variable>;

/// Numbers "0", "1", ... into `vars`.
void add_optimizer(const CompileOptions& compiled, const Variables& variables, const OptimizerState& state,
                   OptimizerNumbers& numbers, Hdf5Node& vars) {
  std::size_t index = 0;
  const auto name = [&] { return std::to_string(index++); };
  vars.add(name(), static_cast<std::int32_t>(std::min<std::int64_t>(state.iterations, 0x7fffffff)));
  numbers.learning_rate = state.learning_rate;
  if (learning_rate_of(compiled.optimizer).schedule() == nullptr) vars.add(name(), {&numbers.learning_rate, 1}, {});
  const std::vector<KerasSlot> slots = keras_slots(compiled.optimizer, variables);
  if (const auto* nadam = std::get_if<Nadam>(&compiled.optimizer))
    numbers.schedule = nadam_schedule(nadam->beta_1, state.iterations);
  numbers.parts.reserve(slots.size());
  for (const KerasSlot& slot : slots) {
    std::size_t count = 1;
    for (const int extent : slot.shape) count *= static_cast<std::size_t>(extent);
    if (slot.kind == KerasSlot::Kind::whole) {
      const Variable& variable = variables[slot.variable];
      vars.add(name(), std::span(state.slots[slot.slot]).subspan(variable.offset, count), slot.shape);
      continue;
    }
    const bool of_nadam = std::holds_alternative<Nadam>(compiled.optimizer);
    std::vector<float>& part = numbers.parts.emplace_back(count, of_nadam ? numbers.schedule : 0.0f);
    if (slot.kind != KerasSlot::Kind::unused) {
      const Variable& variable = variables[slot.variable];
      const std::size_t step = slot.kind == KerasSlot::Kind::rows ? static_cast<std::size_t>(variable.shape[1]) : 1;
      for (std::size_t i = 0; i < count; ++i) part[i] = state.slots[slot.slot][variable.offset + i * step];
    }
    vars.add(name(), part, slot.shape);
  }
}

/// Calls `visit(number of the leaf, layer, its variables)` for all layers but Residuals.
template <class Visit>
void visit_stored(const std::vector<Layer>& layers, const std::vector<LayerInfo>& infos, const Variables& variables,
                  std::size_t& leaf, const Visit& visit) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (const auto* residual = std::get_if<Residual>(&layers[i]))
      visit_stored(residual->layers, infos[i].inner, variables, leaf, visit);
    else
      visit(leaf++, layers[i], std::span(variables).subspan(infos[i].first_variable, infos[i].variable_count));
  }
}

/// A loss or metric of one's own is code, which no file holds: such a model is stored as one that is not compiled.
bool is_stored_compiled(const Sequential::State& state) {
  const auto is_own = [](const Metric& metric) { return std::holds_alternative<CustomMetric>(metric); };
  return state.is_compiled && !(state.compiled.loss && std::holds_alternative<CustomLoss>(*state.compiled.loss)) &&
         std::ranges::none_of(state.compiled.metrics, is_own) &&
         std::ranges::none_of(state.compiled.weighted_metrics, is_own);
}

/// The tree of a .weights.h5; `numbers` outlive it.
Hdf5Node weights_tree(const Sequential& model, const Sequential::State& state, const KerasDocument& document,
                      OptimizerNumbers& numbers) {
  Hdf5Node root;
  root.at("vars");  // Keras up to 3.5 looks for it
  std::size_t leaf = 0;
  visit_stored(model.layers(), state.model.infos(), model.variables(), leaf,
               [&](std::size_t number, const Layer& layer, std::span<const Variable> variables) {
                 Hdf5Node& vars = root.at("layers/" + document.groups[number] + "/vars");
                 std::size_t index = 0;
                 for (const Variable& variable : variables)
                   vars.add(std::to_string(index++), model.get_weights().subspan(variable.offset, variable.size()),
                            variable.shape);
                 if (std::holds_alternative<Normalization>(layer)) vars.add(std::to_string(index), 0);
               });
  if (is_stored_compiled(state))
    add_optimizer(state.compiled, model.variables(), state.optimizer, numbers, root.at("optimizer/vars"));
  return root;
}

KerasDocument document_of(const Sequential& model, const Sequential::State& state) {
  return write_keras(model, is_stored_compiled(state) ? &state.compiled : nullptr, state.optimizer.learning_rate);
}

std::vector<std::byte> keras_bytes(const std::string& file, const Sequential& model, const Sequential::State& state,
                                   const SaveOptions& options) {
  KerasDocument document = document_of(model, state);
  const bool compiled = is_stored_compiled(state), compiles = compiled && document.keras_compiles;
  document.model["compile_config"] = compiles ? document.compile : KerasText::object();
  KerasText telar{{"version", version()}, {"seed", model.seed()}, {"epochs_trained", state.epochs_trained}};
  if (compiled && !compiles) telar["compile_config"] = document.compile;
  if (!options.class_names.empty()) telar["class_names"] = options.class_names;
  if (!options.feature_names.empty()) telar["feature_names"] = options.feature_names;
  if (!options.target_names.empty()) telar["target_names"] = options.target_names;
  telar["test_case"] = KerasText(make_test_case(model));
  // Keras wants a version and never reads it; a date would make two files of one model differ.
  const KerasText metadata{{"keras_version", "3.0.0"}, {"date_saved", "1980-01-01@00:00:00"}, {"telar", telar}};
  OptimizerNumbers numbers;
  const std::vector<std::byte> weights = hdf5_bytes(weights_tree(model, state, document, numbers));
  const auto dump = [](const KerasText& json) {
    return json.dump(-1, ' ', false, KerasText::error_handler_t::replace);
  };
  const std::string metadata_text = dump(metadata), config_text = dump(document.model);
  const std::pair<std::string, std::span<const std::byte>> members[] = {
      {"metadata.json", std::as_bytes(std::span(metadata_text))},
      {"config.json", std::as_bytes(std::span(config_text))},
      {"model.weights.h5", weights}};
  return zip_bytes(file, members);
}

/// A whole model as Keras's legacy format has it.
std::vector<std::byte> legacy_bytes(const Sequential& model, const Sequential::State& state) {
  const KerasDocument document = document_of(model, state);
  const auto dump = [](const KerasText& json) { return json.dump(); };
  Hdf5Node root;
  root.texts = {{"keras_version", "3.0.0"},
                {"backend", "tensorflow"},
                {"model_config", dump({{"class_name", document.model["class_name"]},
                                       {"config", document.model["config"]},
                                       {"module", document.model["module"]},
                                       {"registered_name", nullptr}})}};
  if (is_stored_compiled(state) && document.keras_compiles) {
    KerasText training = document.compile;
    training["optimizer_config"] = {{"class_name", training["optimizer"]["class_name"]},
                                    {"config", training["optimizer"]["config"]}};
    training.erase("optimizer");
    root.texts.emplace_back("training_config", dump(training));
  }
  Hdf5Node& weights = root.at("model_weights");
  weights.texts = {{"backend", "tensorflow"}, {"keras_version", "3.0.0"}};
  weights.attributes = {{"layer_names", document.names}};
  std::size_t leaf = 0;
  const std::int32_t no_count = 0;
  visit_stored(model.layers(), state.model.infos(), model.variables(), leaf,
               [&](std::size_t number, const Layer& layer, std::span<const Variable> variables) {
                 const std::string& name = document.names[number];
                 Hdf5Node& group = root.at("model_weights/" + name);
                 std::vector<std::string> names;
                 for (const Variable& variable : variables) {
                   const std::string own = variable.path.substr(variable.path.rfind('/') + 1);
                   names.push_back(name + "/" + own);
                   group.at(name).add(own, model.get_weights().subspan(variable.offset, variable.size()),
                                      variable.shape);
                 }
                 if (std::holds_alternative<Normalization>(layer)) {
                   names.push_back(name + "/count");
                   group.at(name).add("count", no_count);
                 }
                 group.attributes = {{"weight_names", std::move(names)}};
               });
  return hdf5_bytes(root);
}

}  // namespace

void Sequential::save(const std::filesystem::path& path, const SaveOptions& options) const {
  const std::string file = path.string();
  if (file.ends_with(".keras"))
    write_file(path, keras_bytes(file, *this, *state_, options));
  else if (file.ends_with(".h5") && !file.ends_with(".weights.h5"))
    write_file(path, legacy_bytes(*this, *state_));
  else
    throw Error(ErrorCode::usage, file, "a model is saved as .keras or .h5",
                "weights alone are saved by save_weights, as .npz or .weights.h5");
}

void save_keras_weights(const Sequential& model, const Sequential::State& state, const std::filesystem::path& file) {
  OptimizerNumbers numbers;
  write_file(file, hdf5_bytes(weights_tree(model, state, document_of(model, state), numbers)));
}

}  // namespace telar
