#include "format/keras_network.hpp"

#include <map>
#include <set>

#include <telar/error.hpp>

#include "format/keras_fields.hpp"
#include "format/keras_graph.hpp"

namespace telar {

namespace {

std::string text_at(const KerasJson& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>().substr(0, 64) : std::string();
}

KerasPlace place_of_layer(const std::string& file, std::size_t index, const KerasJson& layer) {
  const auto config = layer.find("config");
  const std::string name = config != layer.end() && config->is_object() ? text_at(*config, "name") : std::string();
  const std::string type = text_at(layer, "class_name");
  return {file, "layer " + std::to_string(index) + (name.empty() ? "" : ", " + name) +
                    (type.empty() ? "" : " (" + type + ")")};
}

/// The shape of a sample. `json`: that of a batch, [null, 28, 28].
Input read_input(const KerasJson& json, const KerasPlace& place) {
  constexpr std::size_t kMostInputRank = 8;
  if (!json.is_array() || json.size() < 2 || json.size() > kMostInputRank ||
      !(json[0].is_null() || json[0].is_number()))
    place.refuse("its input has no proper shape");
  Input input;
  for (std::size_t i = 1; i < json.size(); ++i) {
    if (json[i].is_null())
      place.refuse("its input has an extent that is not fixed", "telar's networks have one shape of sample");
    read_keras(json[i], input.shape.emplace_back(), kCount, place.inside("input shape"));
  }
  return input;
}

/// The name of a dtype, or of a dtype policy.
std::string dtype_name(const KerasJson& dtype) {
  if (dtype.is_string()) return dtype.get<std::string>().substr(0, 64);
  if (dtype.is_object() && dtype.contains("config") && dtype["config"].is_object())
    return text_at(dtype["config"], "name");
  return "something else";
}

class NetworkReader {
 public:
  explicit NetworkReader(const std::string& file) : file_(file) {}

  /// Layers of a Sequential, the InputLayer too.
  KerasNetwork read(const KerasJson& layers, const KerasJson& config) {
    for (const char* key : {"batch_shape", "batch_input_shape", "build_input_shape"})
      if (network_.input.shape.empty() && config.contains(key) && config[key].is_array())
        network_.input = read_input(config[key], {file_, "the model"});
    for (std::size_t i = 0; i < layers.size(); ++i)
      if (auto layer = read_layer(layers[i], network_.layers.size(), i == 0))
        network_.layers.push_back(std::move(*layer));
    return std::move(network_);
  }
  KerasNetwork read(const KerasGraph& graph) {
    network_.input = read_input(graph.input().at("config").value("batch_shape", KerasJson()), {file_, "the model"});
    network_.layers = read_chain(graph.chain(), "");
    return std::move(network_);
  }

 private:
  std::vector<Layer> read_chain(const std::vector<KerasLink>& chain, const std::string& prefix) {
    std::vector<Layer> layers;
    for (const KerasLink& link : chain) {
      if (!link.branch.empty()) {
        Residual residual;
        residual.name = text_at(link.layer->at("config"), "name");
        residual.layers = read_chain(link.branch, residual.name + "_");
        if (residual.name.starts_with(prefix)) residual.name.erase(0, prefix.size());
        layers.emplace_back(std::move(residual));
      } else if (auto layer = read_layer(*link.layer, layers.size(), false)) {
        // Within a Residual, names of Keras's have its own before them.
        std::visit(
            [&](auto& l) {
              if (l.name.starts_with(prefix)) l.name.erase(0, prefix.size());
            },
            static_cast<Layer::Alternatives&>(*layer));
        layers.push_back(std::move(*layer));
      }
    }
    return layers;
  }

  /// Nothing for an InputLayer. `index` counts the layers that telar has.
  std::optional<Layer> read_layer(const KerasJson& json, std::size_t index, bool first) {
    const KerasPlace place = place_of_layer(file_, index, json);
    const KerasObject object = keras_object(json, place);
    if (object.type == "InputLayer") {
      if (!first) place.refuse("an input in the middle of a network");
      for (const char* key : {"batch_shape", "batch_input_shape"})
        if (object.config.contains(key)) network_.input = read_input(object.config[key], place);
      if (object.config.value("sparse", KerasJson()) == true) place.refuse("telar has no sparse inputs");
      return std::nullopt;
    }
    for (const char* key : {"batch_shape", "batch_input_shape"})  // of a first layer in an old file
      if (first && object.config.contains(key) && object.config[key].is_array() && network_.input.shape.empty())
        network_.input = read_input(object.config[key], place);
    KerasJson config = object.config;
    for (const char* key : {"batch_shape", "batch_input_shape"}) config.erase(key);
    check_dtype(config, place);
    Layer layer;
    if (object.type == "Lambda") place.refuse("it is code, which telar never runs");
    if (object.type == type_name<Residual> ||
        !read_alternative({object.type, config}, static_cast<Layer::Alternatives&>(layer), place))
      place.refuse("telar has no layer of this class");
    if (config.value("data_format", KerasJson()) == "channels_first" && network_.input.shape.size() > 2)
      place.refuse("telar takes channels last", "give it data_format='channels_last'");
    network_.names.push_back(text_at(config, "name"));
    const std::string snake = snake_case(type_name_of(layer));
    const int n = counts_[snake]++;
    network_.groups.push_back(n == 0 ? snake : snake + "_" + std::to_string(n));
    return layer;
  }

  static std::string_view type_name_of(const Layer& layer) {
    return std::visit([](const auto& l) { return type_name<std::remove_cvref_t<decltype(l)>>; },
                      static_cast<const Layer::Alternatives&>(layer));
  }

  void check_dtype(KerasJson& config, const KerasPlace& place) {
    const auto dtype = config.find("dtype");
    if (dtype == config.end() || dtype->is_null()) return;
    const std::string name = dtype_name(*dtype);
    if (name == "mixed_bfloat16")
      network_.mixed_bfloat16 = true;
    else if (name != "float32")
      place.refuse("its dtype is '" + name + "'; telar has float32 and mixed_bfloat16");
    config.erase(dtype);
  }

  const std::string& file_;
  KerasNetwork network_;
  std::map<std::string, int> counts_;  // of a class's layers so far
};

}  // namespace

KerasJson parse_keras_json(std::string_view text, const std::string& file, const std::string& member) {
  constexpr std::size_t kLargest = std::size_t{4} << 20;
  constexpr int kDeepest = 64;
  const KerasPlace place{file, member};
  if (text.size() > kLargest) place.refuse("it is larger than 4 MiB");
  // A value takes tens of times the bytes of its text. Most of them are numbers that a Normalization has adapted to.
  constexpr std::size_t kMostEvents = std::size_t{1} << 18;
  std::size_t events = 0;
  const auto check = [&](int depth, KerasJson::parse_event_t, KerasJson&) {
    if (depth > kDeepest) place.refuse("it is nested too deep");
    if (++events > kMostEvents) place.refuse("it has too many values");
    return true;
  };
  try {
    return KerasJson::parse(text.begin(), text.end(), check);
  } catch (const KerasJson::exception& error) {
    place.refuse("it is no JSON: " + std::string(error.what()).substr(0, 200));
  }
}

KerasNetwork read_keras_network(const KerasJson& model, const std::string& file) {
  const KerasPlace place{file, "the model"};
  const KerasObject object = keras_object(model, place);
  constexpr std::size_t kMostLayers = 10'000;
  const auto layers = object.config.find("layers");
  if (object.type != "Sequential" && object.type != "Functional" && object.type != "Model")
    place.refuse("it is a '" + object.type + "'", "telar reads Sequential models and Functional ones that are a chain");
  if (layers == object.config.end() || !layers->is_array() || layers->empty() || layers->size() > kMostLayers)
    place.refuse("it has no proper list of layers");
  for (std::size_t i = 0; i < layers->size(); ++i) {
    const KerasPlace here = place_of_layer(file, i, (*layers)[i]);
    static_cast<void>(keras_object((*layers)[i], here));
    if (!(*layers)[i].contains("config") || !(*layers)[i]["config"].is_object()) here.refuse("it has no configuration");
  }
  NetworkReader reader(file);
  KerasNetwork network = object.type == "Sequential" ? reader.read(*layers, object.config)
                                                     : reader.read(KerasGraph(*layers, object.config, place));
  if (network.input.shape.empty())
    place.refuse("it does not say the shape of its input", "build the model before it is saved");
  if (network.layers.empty()) place.refuse("it has no layers");
  return network;
}

}  // namespace telar
