#include "study/environment.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/chrono.h>
#include <fstream>
#include <sys/utsname.h>

#include <telar/version.hpp>

#include "base/cores.hpp"
#include "base/sha256.hpp"
#include "compute/isa.hpp"
#include "study/recipe_values.hpp"

namespace telar {

namespace {

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(std::min(line.find(':') + 2, line.size()));
  }
  return "unknown";
}

std::string compiler() {
#ifdef __clang__
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

std::string operating_system() {
  utsname names{};
  if (uname(&names) != 0) return "unknown";
  return std::string(names.sysname) + " " + names.release + " " + names.machine;
}

Json set_document(const Dataset& set, std::span<const float> weights = {}) {
  return Json{{"name", set.name()},
              {"samples", set.size()},
              {"shape", set.shape()},
              {"classes", set.classes()},
              {"sha256", fingerprint(set, weights)}};
}

}  // namespace

std::string fingerprint(const Dataset& data, std::span<const float> weights) {
  Sha256 hash;
  const Dataset::Storage& storage = data.storage();
  const auto update = [&hash](const auto& values, std::size_t first, std::size_t count) {
    if (count > 0) hash.update(std::as_bytes(std::span(values).subspan(first, count)));
  };
  update(storage.shape, 0, storage.shape.size());
  for (const std::uint32_t row : data.rows()) {
    const std::size_t size = data.sample_size();
    std::visit([&](const auto& features) { update(features, row * size, size); }, storage.features);
    const auto width = static_cast<std::size_t>(storage.target_width);
    if (data.has_labels()) {
      update(storage.labels, row, 1);
    } else {
      update(storage.targets, row * width, width);
    }
  }
  update(weights, 0, weights.size());
  return hash.hex();
}

Json data_document(const RecipeData& data) {
  Json document{{"train", set_document(data.train, data.train_weights)}};
  if (const std::optional<PictureTraits> traits = traits_of(data.train))
    document["train"]["pictures"] = Json{{"border", traits->border},
                                         {"mean", {traits->mean_low, traits->mean_high}},
                                         {"bright", {traits->bright_low, traits->bright_high}}};
  if (data.validation) document["validation"] = set_document(*data.validation, data.validation_weights);
  document["test"] = set_document(data.test);
  if (!data.features.empty()) document["features"] = data.features;
  if (!data.targets.empty()) document["targets"] = data.targets;
  if (!data.test.class_names().empty()) document["class_names"] = data.test.class_names();
  return document;
}

std::optional<PictureTraits> picture_traits(const Json& environment) {
  const Json::json_pointer where("/data/train/pictures");
  if (!environment.contains(where)) return {};
  const Json& told = environment[where];
  const auto number = [&told](const char* name, int at = -1) {
    const Json& value = at < 0 ? told.at(name) : told.at(name).at(static_cast<std::size_t>(at));
    return value.get<double>();
  };
  try {
    return PictureTraits{number("border"), number("mean", 0), number("mean", 1), number("bright", 0),
                         number("bright", 1)};
  } catch (const Json::exception&) {
    return {};  // from a later version, or by hand: as a run that tells nothing
  }
}

std::string run_key(const Json& environment) {
  const auto text = [](const Json& of, const char* key) {
    return of.is_object() && of.contains(key) && of[key].is_string() ? of[key].get<std::string>() : std::string();
  };
  std::string key = text(environment, "recipe_sha256");
  if (key.empty() || !environment.contains("data")) return {};
  for (const char* name : {"telar", "isa"}) key += " " + text(environment, name);
  for (const char* set : {"train", "validation", "test"})
    if (environment["data"].is_object() && environment["data"].contains(set))
      key += " " + text(environment["data"][set], "sha256");
  return key;
}

Json environment_document(const Recipe& recipe, int threads, const Json& data, std::span<const std::string> command) {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return Json{{"schema", "telar.environment/1"},
              {"recipe", recipe.name},
              {"seed", recipe.seed},
              {"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
              {"command", Json(command)},
              {"recipe_sha256", recipe.fit.start_from.empty() ? Json(recipe_sha256(recipe)) : Json(nullptr)},
              {"telar", version()},
              {"compiler", compiler()},
              {"isa", compute::name_of(compute::current_isa())},
              {"threads", threads},
              {"cores", available_cores()},
              {"cpu", cpu_model()},
              {"os", operating_system()},
              {"data", data}};
}

}  // namespace telar
