#include "study/trained_network.hpp"

#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <telar/error.hpp>

#include "format/keras_file.hpp"
#include "format/sample_stream.hpp"
#include "study/environment.hpp"
#include "study/run_store.hpp"

namespace telar {

namespace {

std::vector<std::string> texts(const Json& document, const char* key) {
  std::vector<std::string> list;
  if (document.contains(key) && document[key].is_array())
    for (const Json& text : document[key]) list.push_back(text.is_string() ? text.get<std::string>() : "");
  return list;
}

/// The shape of a sample, where the document says it.
std::optional<std::vector<int>> shape_in(const Json& data) {
  if (!data.contains("train") || !data["train"].is_object() || !data["train"].contains("shape")) return {};
  const Json& shape = data["train"]["shape"];
  std::vector<int> extents;
  constexpr std::int64_t kMost = 1 << 30;
  if (!shape.is_array() || shape.empty()) return {};
  for (const Json& extent : shape) {
    if (!extent.is_number_integer() || extent.get<std::int64_t>() < 1 || extent.get<std::int64_t>() > kMost) return {};
    extents.push_back(extent.get<int>());
  }
  return extents;
}

/// A run whose network Keras has no words for: its recipe and its weights.
TrainedNetwork open_archive(const StoredRun& run, const std::filesystem::path& data_dir) {
  const Json environment = read_document(run.path / "environment.json");
  const Json data = environment.contains("data") && environment["data"].is_object() ? environment["data"] : Json();
  if (const std::optional<std::vector<int>> shape = shape_in(data)) {
    Sequential model(Input(*shape), run.recipe.layers, run.recipe.seed);
    model.compile(run.recipe.compile);
    model.load_weights(run.weights());
    return {std::move(model), {texts(data, "class_names"), texts(data, "features"), texts(data, "targets")}};
  }
  const RecipeData today = load_data(run.recipe, data_dir);
  Sequential model = build_model(run.recipe, today.train);
  model.load_weights(run.weights());
  return {std::move(model), {today.test.class_names(), today.features, today.targets}};
}

/// Throws Error (data) unless the names can be those of the network's numbers.
void check_names(const TrainedNetwork& network, const std::string& where) {
  const std::vector<std::string>& features = network.names.feature_names;
  const std::size_t width = sample_width(network.model.input().shape);
  if (features.empty()) return;
  if (features.size() != width)
    throw Error(ErrorCode::data, where,
                "it has names for " + std::to_string(features.size()) + " inputs, but the network takes " +
                    std::to_string(width) + " numbers",
                "the file is damaged, or another program changed it");
  for (const auto* names : {&features, &network.names.target_names}) {
    std::set<std::string_view> seen;
    for (const std::string& name : *names)
      if (!seen.insert(name).second) throw Error(ErrorCode::data, where, "two of its columns have the same name");
  }
}

}  // namespace

bool is_model_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  return name.ends_with(".keras") || name.ends_with(".h5");
}

TrainedNetwork open_network(const std::filesystem::path& path, const std::filesystem::path& data_dir) {
  const auto load = [](const std::filesystem::path& file) {
    return TrainedNetwork{Sequential::load(file), names_in(file)};
  };
  if (is_model_file(path)) {
    TrainedNetwork network = load(path);
    check_names(network, path.string());
    return network;
  }
  const StoredRun run = open_run(path);
  TrainedNetwork network = is_model_file(run.weights()) ? load(run.weights()) : open_archive(run, data_dir);
  check_names(network, run.path.string());
  network.pictures = picture_traits(read_document(run.path / "environment.json"));
  if (run.recipe.data.separator.size() == 1) network.separator = run.recipe.data.separator.front();
  return network;
}

}  // namespace telar
