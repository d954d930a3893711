#include "format/keras_write.hpp"

#include <map>
#include <set>
#include <type_traits>
#include <utility>

#include <telar/error.hpp>

#include "format/keras_names.hpp"
#include "model/model.hpp"
#include "model/plan.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"

namespace telar {

namespace {

KerasText object_of(std::string_view module, std::string_view type, KerasText config) {
  return KerasText{
      {"module", module}, {"class_name", type}, {"config", std::move(config)}, {"registered_name", nullptr}};
}

template <class Variant>
inline constexpr std::string_view keras_module = "keras";
template <>
inline constexpr std::string_view keras_module<Initializer> = "keras.initializers";
template <>
inline constexpr std::string_view keras_module<Regularizer> = "keras.regularizers";
template <>
inline constexpr std::string_view keras_module<Constraint> = "keras.constraints";
template <>
inline constexpr std::string_view keras_module<Schedule> = "keras.optimizers.schedules";
template <>
inline constexpr std::string_view keras_module<Optimizer> = "keras.optimizers";
template <>
inline constexpr std::string_view keras_module<Loss> = "keras.losses";
template <>
inline constexpr std::string_view keras_module<Metric> = "keras.metrics";

/// Writes described fields, and notes whether something is telar's own.
struct ConfigWriter {
  KerasText& config;
  std::string_view type;
  bool& keras_has_all;

  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& = {}) const {
    KerasText& json = config[std::string(keras_key(type, name))] = to_json(value);
    if (name != "noise_shape") return;
    if (json.empty()) json = nullptr;
    for (KerasText& extent : json)
      if (extent == -1) extent = nullptr;  // Keras's None
  }

  KerasText to_json(bool value) const { return value; }
  KerasText to_json(int value) const { return value; }
  KerasText to_json(std::uint64_t value) const { return value; }
  KerasText to_json(double value) const { return value; }
  KerasText to_json(const std::string& value) const { return value; }
  template <class E>
  requires std::is_enum_v<E> KerasText to_json(E value)
  const {
    if (only_telar_has(name_of(value))) keras_has_all = false;
    return name_of(value);
  }
  template <class T>
  KerasText to_json(const std::optional<T>& value) const {
    return value ? to_json(*value) : KerasText();
  }
  template <class T>
  KerasText to_json(const std::vector<T>& values) const {
    KerasText list = KerasText::array();
    for (const T& value : values) list.push_back(to_json(value));
    return list;
  }
  KerasText to_json(const std::vector<Layer>&) const { return nullptr; }  // never reached: Residuals are taken apart
  KerasText to_json(const ShiftRange& value) const {
    return value.low == -value.high ? KerasText(value.high) : KerasText::array({value.low, value.high});
  }
  KerasText to_json(const Axes& value) const {
    return value.list.size() == 1 ? KerasText(value.list.front()) : to_json(value.list);
  }
  KerasText to_json(const LearningRate& value) const {
    return value.schedule() != nullptr ? to_json(*value.schedule()) : to_json(std::get<double>(value.value));
  }
  template <class... A>
  KerasText to_json(const std::variant<A...>& value) const {
    return std::visit(
        [this]<class T>(const T& alternative) {
          KerasText inner = KerasText::object();
          if (only_telar_has(type_name<T>)) keras_has_all = false;
          describe(alternative, ConfigWriter{inner, type_name<T>, keras_has_all});
          return object_of(keras_module<std::variant<A...>>, type_name<T>, std::move(inner));
        },
        value);
  }
};

class LayerWriter {
 public:
  LayerWriter(const Sequential& model, std::string dtype) : model_(model), dtype_(std::move(dtype)) {
    for (const Layer& layer : model.layers()) functional_ = functional_ || std::holds_alternative<Residual>(layer);
  }

  KerasDocument write() {
    KerasText shape = KerasText::array({nullptr});
    for (const int extent : model_.input().shape) shape.push_back(extent);
    KerasText input =
        object_of("keras.layers", "InputLayer",
                  {{"batch_shape", shape}, {"dtype", "float32"}, {"sparse", false}, {"name", "input_layer"}});
    taken_ = {"input_layer"};
    last_ = "input_layer";
    last_shape_ = model_.input().shape;
    if (functional_) {
      input["name"] = "input_layer";
      input["inbound_nodes"] = KerasText::array();
    }
    layers_.push_back(std::move(input));
    add_chain(model_.layers(), "", "");
    KerasText config{{"name", functional_ ? "functional" : "sequential"}, {"trainable", true}};
    if (!functional_) config["dtype"] = dtype_;
    config["layers"] = std::move(layers_);
    if (functional_) {
      config["input_layers"] = KerasText::array({KerasText::array({"input_layer", 0, 0})});
      config["output_layers"] = KerasText::array({KerasText::array({last_, 0, 0})});
      document_.model = object_of("keras.src.models.functional", "Functional", std::move(config));
    } else {
      config["build_input_shape"] = shape;
      document_.model = object_of("keras", "Sequential", std::move(config));
      document_.model["build_config"] = KerasText{{"input_shape", shape}};
    }
    return std::move(document_);
  }

 private:
  /// What a layer takes, as a Functional model says it.
  [[nodiscard]] KerasText tensor(const std::string& layer) const {
    KerasText shape = KerasText::array({nullptr});
    for (const int extent : last_shape_) shape.push_back(extent);
    return KerasText{
        {"class_name", "__keras_tensor__"},
        {"config",
         {{"shape", std::move(shape)}, {"dtype", "float32"}, {"keras_history", KerasText::array({layer, 0, 0})}}}};
  }
  void add(KerasText layer, const std::string& name, KerasText arguments) {
    if (!taken_.insert(name).second)
      throw Error(ErrorCode::usage, name, "two layers would have this name in Keras",
                  "give the layers of the Residual other names");
    if (functional_) {
      layer["name"] = name;
      layer["inbound_nodes"] = KerasText::array(
          {KerasText{{"args", KerasText::array({std::move(arguments)})}, {"kwargs", KerasText::object()}}});
    }
    layers_.push_back(std::move(layer));
    last_ = name;
  }

  void add_chain(const std::vector<Layer>& layers, const std::string& prefix, const std::string& where) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const std::string& own = std::visit([](const auto& l) -> const std::string& { return l.name; },
                                          static_cast<const Layer::Alternatives&>(layers[i]));
      const std::string here = where + LayerInfo::describe(i, own, layers[i]);
      if (const auto* residual = std::get_if<Residual>(&layers[i])) {
        if (residual->layers.empty() || std::holds_alternative<Residual>(residual->layers.front()))
          throw Error(ErrorCode::usage, here, "Keras's form of a Residual cannot start with another one",
                      "put an Activation of \"linear\" before it");
        const std::string start = last_;
        const std::vector<int> shape = last_shape_;
        add_chain(residual->layers, prefix + own + "_", here + ", ");
        add(object_of("keras.layers", "Add", {{"name", prefix + own}, {"trainable", true}, {"dtype", dtype_}}),
            prefix + own, KerasText::array({tensor(start), tensor(last_)}));
        last_shape_ = shape;
      } else {
        add_layer(layers[i], prefix + own, here);
      }
    }
  }

  void add_layer(const Layer& layer, const std::string& name, const std::string& where) {
    if (std::holds_alternative<Custom>(layer))
      throw Error(ErrorCode::usage, where, "it is a layer of your own, which is code, and Keras's files hold none",
                  "save the weights alone, as .npz");
    bool keras_has_all = true;
    const std::string_view type = class_name(layer);
    KerasText config{{"name", name}, {"trainable", true}, {"dtype", dtype_}};
    std::visit(
        [&](const auto& l) {
          describe(l, ConfigWriter{config, type, keras_has_all});
        },
        static_cast<const Layer::Alternatives&>(layer));
    config["name"] = name;
    // What is given is among the weights, as what was learned is.
    if (std::holds_alternative<Normalization>(layer)) config["mean"] = config["variance"] = nullptr;
    for (const auto& [key, value] : further_keys(type)) config[std::string(key)] = KerasText(value);
    if (!keras_has_all)
      throw Error(ErrorCode::usage, where, "Keras has no name for its activation \"gelu_tanh\" in a file",
                  "use \"gelu\", or save the weights alone (.npz, .weights.h5)");
    KerasText arguments = functional_ ? tensor(last_) : KerasText();
    add(object_of("keras.layers", type, std::move(config)), name, std::move(arguments));
    document_.names.push_back(name);
    const std::string snake = snake_case(type);
    const int n = counts_[snake]++;
    document_.groups.push_back(n == 0 ? snake : snake + "_" + std::to_string(n));
    last_shape_ = output_shape(layer, last_shape_, where);
  }

  const Sequential& model_;
  std::string dtype_;
  bool functional_ = false;
  KerasDocument document_;
  KerasText layers_ = KerasText::array();
  std::set<std::string> taken_;
  std::map<std::string, int> counts_;
  std::string last_;
  std::vector<int> last_shape_;
};

// ---- compile_config -------------------------------------------------------------------------------------------------

KerasText write_optimizer(const Optimizer& optimizer, float learning_rate, bool& keras_has_all) {
  return std::visit(
      [&]<class T>(const T& o) {
        KerasText config{{"name", snake_case(type_name<T>)}};
        describe(o, ConfigWriter{config, type_name<T>, keras_has_all});
        if (o.learning_rate.schedule() == nullptr) config["learning_rate"] = static_cast<double>(learning_rate);
        // Keras has no key for it; it only matters where weights decay.
        if (!o.exclude_from_weight_decay.empty())
          keras_has_all = keras_has_all && o.weight_decay == 0;
        else
          config.erase("exclude_from_weight_decay");
        if (!o.gradient_accumulation_steps) config.erase("gradient_accumulation_steps");  // since Keras 3.1
        const bool decays_by_itself = std::is_same_v<T, AdamW> || std::is_same_v<T, Muon>;
        if (!decays_by_itself && o.weight_decay == 0) config["weight_decay"] = nullptr;
        if constexpr (requires { o.rms_rate; })
          if (o.rms_rate == 0) config["rms_rate"] = nullptr;
        return object_of(keras_module<Optimizer>, type_name<T>, std::move(config));
      },
      optimizer);
}

KerasText write_loss(const Loss& loss, bool& keras_has_all) {
  KerasText json = ConfigWriter{json, "", keras_has_all}.to_json(loss);
  if (const auto* sparse = std::get_if<SparseCategoricalCrossentropy>(&loss)) {
    if (sparse->label_smoothing != 0)
      keras_has_all = false;  // Keras has it for one-hot labels only
    else
      json["config"].erase("label_smoothing");
  }
  json["config"]["name"] = snake_case(json["class_name"].get<std::string>());
  return json;
}

/// The name alone where all is by default; Keras has "accuracy" for what telar's Accuracy does.
KerasText write_metric(const Metric& metric, const std::string& name, bool& keras_has_all) {
  return std::visit(
      [&]<class T>(const T& m) -> KerasText {
        if (std::is_same_v<T, Accuracy>) return "accuracy";
        if (only_telar_has(type_name<T>)) keras_has_all = false;
        KerasText config = KerasText::object(), standard = KerasText::object();
        bool ignored = true;
        describe(m, ConfigWriter{config, type_name<T>, keras_has_all});
        const T plain{};
        describe(plain, ConfigWriter{standard, type_name<T>, ignored});
        config.erase("reduction");  // a metric is always the mean
        for (const auto& [key, value] : standard.items())
          if (key != "average" && config.contains(key) && config[key] == value) config.erase(key);
        if constexpr (std::is_same_v<T, SparseCategoricalCrossentropy>)
          if (m.label_smoothing != 0 || m.ignore_class) keras_has_all = false;
        config["name"] = name;
        const std::string type(std::is_same_v<T, LogCosh> ? "LogCoshError" : type_name<T>);
        return object_of(keras_module<Metric>, type, std::move(config));
      },
      metric);
}

KerasText write_metrics(const std::vector<Metric>& metrics, bool& keras_has_all) {
  KerasText list = KerasText::array();
  const std::vector<std::string> names = metric_names(metrics);
  for (std::size_t i = 0; i < names.size(); ++i) list.push_back(write_metric(metrics[i], names[i], keras_has_all));
  return list;
}

}  // namespace

KerasDocument write_keras(const Sequential& model, const CompileOptions* compiled, float learning_rate) {
  const bool mixed = compiled != nullptr && compiled->dtype == DType::mixed_bfloat16;
  KerasDocument document = LayerWriter(model, mixed ? "mixed_bfloat16" : "float32").write();
  if (compiled == nullptr) return document;
  bool keras_has_all = true;
  KerasText compile{{"optimizer", write_optimizer(compiled->optimizer, learning_rate, keras_has_all)},
                    {"loss", compiled->loss ? write_loss(*compiled->loss, keras_has_all) : KerasText()},
                    {"loss_weights", nullptr}};
  // Keras itself tells a weighted metric from another one of its name.
  compile["metrics"] = write_metrics(compiled->metrics, keras_has_all);
  compile["weighted_metrics"] =
      compiled->weighted_metrics.empty() ? KerasText() : write_metrics(compiled->weighted_metrics, keras_has_all);
  compile["run_eagerly"] = false;
  compile["steps_per_execution"] = 1;
  compile["jit_compile"] = false;
  document.compile = std::move(compile);
  document.keras_compiles = keras_has_all;
  return document;
}

}  // namespace telar
