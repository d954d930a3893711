// What a compile_config says.
#include "format/keras_fields.hpp"
#include "format/keras_network.hpp"

namespace telar {

namespace {

/// The only element of a list; Keras also takes lists of losses and of metrics, one for each output.
const KerasJson& only_one(const KerasJson& json) { return json.is_array() && json.size() == 1 ? json.front() : json; }

Loss read_loss(const KerasJson& json, const std::string& file) {
  Loss loss;
  read_keras(json, static_cast<Loss&>(loss), {}, KerasPlace{file, "loss"});
  return loss;
}

Metric read_metric(const KerasJson& json, const KerasPlace& place) {
  Metric metric;
  // Keras's Accuracy compares numbers; what both call "accuracy" is a name, not a class.
  KerasObject object = keras_object(json, place);
  if (json.is_object() && object.type == "Accuracy") place.refuse("telar has no 'Accuracy' of equal numbers");
  if (object.type == "LogCoshError") object.type = "LogCosh";
  if (!read_alternative(object, metric, place.inside(object.type)))
    place.refuse("telar has no '" + object.type + "'", "load the model without its compile configuration");
  return metric;
}

std::vector<Metric> read_metrics(const KerasJson& compile, const char* key, const std::string& file) {
  std::vector<Metric> metrics;
  const KerasJson json = compile.value(key, KerasJson());
  if (json.is_null()) return metrics;
  const KerasPlace place{file, key};
  const KerasJson& list = json.is_array() && json.size() == 1 && json.front().is_array() ? json.front() : json;
  constexpr std::size_t kMost = 100;
  if (!list.is_array() || list.size() > kMost) place.refuse("it is no proper list");
  for (const KerasJson& metric : list) metrics.push_back(read_metric(metric, place));
  return metrics;
}

}  // namespace

std::optional<CompileOptions> read_keras_compile(const KerasJson& compile, const std::string& file) {
  if (compile.is_null() || (compile.is_object() && compile.empty())) return std::nullopt;
  const KerasPlace place{file, "compile_config"};
  if (!compile.is_object()) place.refuse("it is no object");
  CompileOptions options;
  const KerasJson optimizer = compile.value("optimizer", KerasJson());
  if (!optimizer.is_null()) {
    KerasObject object = keras_object(optimizer, KerasPlace{file, "optimizer"});
    // null means none of them, and AdamW has a default of its own.
    KerasJson config = object.config;
    if (config.contains("weight_decay") && config["weight_decay"].is_null()) config["weight_decay"] = 0.0;
    if (config.contains("rms_rate") && config["rms_rate"].is_null()) config["rms_rate"] = 0.0;
    const KerasPlace here{file, "optimizer (" + object.type + ")"};
    if (!read_alternative({object.type, config}, options.optimizer, here))
      here.refuse("telar has no such optimizer", "load the model without its compile configuration");
  }
  const KerasJson loss = compile.value("loss", KerasJson());
  if (!loss.is_null()) options.loss = read_loss(only_one(loss), file);
  options.metrics = read_metrics(compile, "metrics", file);
  options.weighted_metrics = read_metrics(compile, "weighted_metrics", file);
  return options;
}

}  // namespace telar
