#include "study/why/measures.hpp"

#include <algorithm>
#include <limits>

#include <telar/error.hpp>

#include "study/stored_result.hpp"
#include "study/trained_network.hpp"
#include "study/why/kept_document.hpp"

namespace telar {

namespace {

constexpr const char* kMeasuresFile = "measures.json";
constexpr const char* kSchema = "telar.measures/1";

Logs logs_of(const Score& score) {
  Logs logs;
  logs.set("loss", score.loss.value);
  for (const auto& [name, estimate] : score.metrics) logs.set(name, estimate.value);
  return logs;
}

Json logs_json(const Logs& logs) {
  Json object = Json::object();
  for (const auto& [name, value] : logs.entries()) object[name] = json_number(value);
  return object;
}

Json logs_json(const std::optional<Logs>& logs) { return logs ? logs_json(*logs) : Json(nullptr); }

/// Throws Json::exception for what is no object of numbers.
Logs logs_in(const Json& object) {
  Logs logs;
  for (const auto& [name, value] : object.items())
    logs.set(name, value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
  return logs;
}

std::optional<Logs> optional_logs_in(const Json& object) {
  return object.is_null() ? std::nullopt : std::optional(logs_in(object));
}

Measures measures_in(const Json& document) {
  Measures m;
  const Json& validation = document.at("validation");
  m.as_trained = logs_in(validation.at("as_trained"));
  m.by_batches = optional_logs_in(validation.at("by_batches"));
  m.recomputed = optional_logs_in(validation.at("recomputed"));
  m.averaged = logs_in(validation.at("averaged"));
  m.further_steps = document.at("further_steps").get<int>();
  for (const Json& kernel : document.at("kernels"))
    m.kernels.push_back({kernel.at("layer").get<std::string>(), kept_number(kernel, "gradient_norm"),
                         kept_number(kernel, "update_ratio")});
  for (const Json& layer : document.at("layers"))
    m.layers.push_back({layer.at("name").get<std::string>(), layer.at("type").get<std::string>(),
                        layer.at("parameters").get<std::size_t>(), kept_number(layer, "weight_norm"),
                        kept_number(layer, "mean"), kept_number(layer, "sd"), kept_number(layer, "zeros"),
                        layer.at("units").get<int>(), layer.at("dead").get<int>()});
  return m;
}

}  // namespace

Measures measure(const Sequential& model, const Score& as_trained, const Recipe& recipe, const RecipeData& data,
                 int threads) {
  const int batch_size = recipe.fit.batch_size;
  const auto batches = static_cast<int>((data.train.size() - 1) / static_cast<std::size_t>(batch_size)) + 1;
  ProbeSettings settings{.threads = threads};
  settings.further_steps = std::min(settings.further_steps, batches);
  settings.gradient_steps = std::min(settings.gradient_steps, batches);
  const EvaluateOptions evaluation{.threads = threads, .sample_weight = data.validation_weights};
  const auto score = [&](const Sequential& network) { return logs_of(network.evaluate(*data.validation, evaluation)); };

  Measures m;
  m.as_trained = logs_of(as_trained);
  m.further_steps = settings.further_steps;
  FurtherSteps further = take_further_steps(model, data.train, fit_options(recipe, data), settings);
  m.kernels = std::move(further.kernels);
  if (uses_batch_statistics(model)) {
    const Dataset some = data.validation->slice(0, std::min(kStatisticsSamples, data.validation->size()));
    m.by_batches = score_by_batch_statistics(model, some, batch_size, settings);
    m.recomputed = score(with_recomputed_statistics(model, data.train, batch_size, settings));
    m.averaged = score(with_recomputed_statistics(further.averaged, data.train, batch_size, settings));
  } else {
    m.averaged = score(further.averaged);
  }
  m.layers = layer_health(model, data.train, threads);
  return m;
}

Json measures_document(const Measures& m) {
  Json kernels = Json::array(), layers = Json::array();
  for (const KernelMotion& kernel : m.kernels)
    kernels.push_back(Json{{"layer", kernel.layer},
                           {"gradient_norm", json_number(kernel.gradient_norm)},
                           {"update_ratio", json_number(kernel.update_ratio)}});
  for (const LayerHealth& layer : m.layers)
    layers.push_back(Json{{"name", layer.name},
                          {"type", layer.type},
                          {"parameters", layer.parameters},
                          {"weight_norm", json_number(layer.weight_norm)},
                          {"mean", json_number(layer.mean)},
                          {"sd", json_number(layer.sd)},
                          {"zeros", json_number(layer.zeros)},
                          {"units", layer.units},
                          {"dead", layer.dead}});
  return Json{{"schema", kSchema},
              {"validation",
               {{"as_trained", logs_json(m.as_trained)},
                {"by_batches", logs_json(m.by_batches)},
                {"recomputed", logs_json(m.recomputed)},
                {"averaged", logs_json(m.averaged)}}},
              {"further_steps", m.further_steps},
              {"kernels", std::move(kernels)},
              {"layers", std::move(layers)}};
}

void write_measures(const Measures& measures, const std::filesystem::path& run) {
  keep(measures_document(measures), run / kMeasuresFile);
}

std::optional<Measures> read_measures(const std::filesystem::path& run) {
  return read_kept(run / kMeasuresFile, kSchema, measures_in);
}

std::optional<Measures> measures_of_run(const std::filesystem::path& run, const Recipe& recipe, const RecipeData& data,
                                        int threads) {
  if (std::optional<Measures> known = read_measures(run)) return known;
  // Without the optimiser's state its next steps are others.
  if (!data.validation || !is_model_file(StoredRun{run, {}}.weights())) return {};
  std::optional<Measures> measures;
  try {
    const TrainResult result = read_result(run);
    if (!result.validation) return {};
    const TrainedNetwork network = open_network(run);
    measures = measure(network.model, *result.validation, recipe, data, threads);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data) throw;
    return {};
  }
  write_measures(*measures, run);
  return measures;
}

}  // namespace telar
