#include "study/why/landscape.hpp"

#include <telar/error.hpp>

#include "study/trained_network.hpp"
#include "study/why/kept_document.hpp"

namespace telar {

namespace {

constexpr const char* kLandscapeFile = "landscape.json";
constexpr const char* kLandscapeSchema = "telar.landscape/1";

/// Throws Json::exception for what is no such document.
Landscape landscape_in(const Json& document) {
  Landscape landscape;
  landscape.walk.step_length = kept_number(document, "step_length");
  for (const Json& place : document.at("along_gradient"))
    landscape.walk.places.push_back({kept_number(place, "steps"), kept_number(place, "fall"),
                                     kept_number(place, "predicted_fall"), kept_number(place, "gradient_change"),
                                     kept_number(place, "cosine")});
  for (const Json& trial : document.at("rates"))
    landscape.sweep.trials.push_back({kept_number(trial, "rate"), kept_number(trial, "fall")});
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
  return read_kept(run / kLandscapeFile, kLandscapeSchema, landscape_in);
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
  keep(landscape_document(landscape), run / kLandscapeFile);
  return landscape;
}

}  // namespace telar
