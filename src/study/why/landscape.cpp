#include "study/why/landscape.hpp"

#include <limits>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "study/run_store.hpp"
#include "study/stored_result.hpp"
#include "study/trained_network.hpp"

namespace telar {

namespace {

constexpr const char* kLandscapeFile = "landscape.json";
constexpr const char* kLandscapeSchema = "telar.landscape/1";

double landscape_number(const Json& object, const char* key) {
  const Json& value = object.at(key);
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

/// Throws Json::exception for what is no such document.
Landscape landscape_in(const Json& document) {
  Landscape landscape;
  landscape.walk.step_length = landscape_number(document, "step_length");
  for (const Json& place : document.at("along_gradient"))
    landscape.walk.places.push_back({landscape_number(place, "steps"), landscape_number(place, "fall"),
                                     landscape_number(place, "predicted_fall"),
                                     landscape_number(place, "gradient_change"), landscape_number(place, "cosine")});
  for (const Json& trial : document.at("rates"))
    landscape.sweep.trials.push_back({landscape_number(trial, "rate"), landscape_number(trial, "fall")});
  if (const Json& largest = document.at("largest_stable_rate"); !largest.is_null())
    landscape.sweep.largest = largest.get<double>();
  return landscape;
}

}  // namespace

Json landscape_document(const Landscape& landscape) {
  Json places = Json::array(), rates = Json::array();
  for (const GradientWalk::Place& place : landscape.walk.places)
    places.push_back(Json{{"steps", json_number(place.steps)},
                          {"fall", json_number(place.fall)},
                          {"predicted_fall", json_number(place.predicted)},
                          {"gradient_change", json_number(place.gradient_change)},
                          {"cosine", json_number(place.cosine)}});
  for (const RateSweep::Trial& trial : landscape.sweep.trials)
    rates.push_back(Json{{"rate", json_number(trial.rate)}, {"fall", json_number(trial.fall)}});
  const std::optional<double>& largest = landscape.sweep.largest;
  return Json{{"schema", kLandscapeSchema},
              {"step_length", json_number(landscape.walk.step_length)},
              {"along_gradient", std::move(places)},
              {"rates", std::move(rates)},
              {"largest_stable_rate", largest ? json_number(*largest) : Json(nullptr)}};
}

std::optional<Landscape> read_landscape(const std::filesystem::path& run) {
  const Json document = read_document(run / kLandscapeFile);
  if (json_at(document, {"schema"}) != kLandscapeSchema) return {};
  try {
    return landscape_in(document);
  } catch (const Json::exception&) {
    return {};
  }
}

std::optional<Landscape> landscape_of_run(const std::filesystem::path& run, const Recipe& recipe,
                                          const RecipeData& data, int threads) {
  if (std::optional<Landscape> known = read_landscape(run)) return known;
  // Without the optimiser's state its steps have another length.
  if (!is_model_file(StoredRun{run, {}}.weights())) return {};
  Landscape landscape;
  try {
    const TrainedNetwork network = open_network(run);
    landscape.walk = walk_along_gradient(network.model, data.train, fit_options(recipe, data), {.threads = threads});
    landscape.sweep = sweep_rates(recipe, data, {.threads = threads});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data) throw;
    return {};
  }
  write_file(run / kLandscapeFile,
             landscape_document(landscape).dump(1, '\t', false, Json::error_handler_t::replace) + "\n");
  return landscape;
}

}  // namespace telar
