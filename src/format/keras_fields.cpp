#include "format/keras_fields.hpp"

#include <telar/error.hpp>

#include "base/number_text.hpp"

namespace telar {

namespace {

const KerasJson kNoConfig = KerasJson::object();
constexpr std::size_t kMostShown = 64;  // of a name that a file made up

void check_keras_range(double number, const Range& range, const KerasPlace& place) {
  if (!range.contains(number)) place.refuse("it is " + number_text(number) + ", but must be " + range.text());
}

}  // namespace

void KerasPlace::refuse(const std::string& message, const std::string& hint) const {
  throw Error(ErrorCode::data, file, what + ": " + message, hint);
}

KerasObject keras_object(const KerasJson& json, const KerasPlace& place) {
  if (json.is_string()) return {json.get<std::string>().substr(0, kMostShown), kNoConfig};
  if (!json.is_object() || !json.contains("class_name") || !json["class_name"].is_string())
    place.refuse("it is no object of Keras");
  std::string type = json["class_name"].get<std::string>().substr(0, kMostShown);
  const KerasJson module = json.value("module", KerasJson());
  if (module.is_string()) {
    const auto& name = module.get_ref<const std::string&>();
    if (name != "builtins" && name != "keras" && !name.starts_with("keras."))
      place.refuse("'" + type + "' is a class of '" + name.substr(0, kMostShown) + "', not of Keras");
  }
  const KerasJson registered = json.value("registered_name", KerasJson());
  if (registered.is_string() && registered.get_ref<const std::string&>().find('>') != std::string::npos &&
      !registered.get_ref<const std::string&>().starts_with("keras"))
    place.refuse("'" + registered.get<std::string>().substr(0, kMostShown) + "' is a class of somebody's own");
  const auto config = json.find("config");
  if (type == "function") {
    if (config == json.end() || !config->is_string()) place.refuse("it is a function without a name");
    return {config->get<std::string>().substr(0, kMostShown), kNoConfig};
  }
  if (config == json.end() || config->is_null()) return {std::move(type), kNoConfig};
  if (!config->is_object()) place.refuse("'" + type + "' has no proper configuration");
  return {std::move(type), *config};
}

void read_keras(const KerasJson& json, bool& value, const Range&, const KerasPlace& place) {
  if (!json.is_boolean()) place.refuse("it is neither true nor false");
  value = json.get<bool>();
}

void read_keras(const KerasJson& json, int& value, const Range& range, const KerasPlace& place) {
  double number = 0;
  read_keras(json, number, Range{-0x1p31, 0x1p31 - 1}, place);
  // The only axis of a sample, counted from the front.
  if (range.low == -1 && range.high == -1 && number == 1) number = -1;
  if (number != std::floor(number)) place.refuse("it is no whole number");
  check_keras_range(number, range, place);
  value = static_cast<int>(number);
}

void read_keras(const KerasJson& json, double& value, const Range& range, const KerasPlace& place) {
  if (!json.is_number()) place.refuse("it is no number");
  const double number = json.get<double>();
  check_keras_range(number, range, place);
  value = number;
}

void read_keras(const KerasJson& json, std::string& value, const Range&, const KerasPlace& place) {
  if (!json.is_string()) place.refuse("it is no text");
  value = json.get<std::string>();
  const bool plain = std::ranges::all_of(value, [](unsigned char c) { return c >= ' '; });
  if (value.empty() || value.size() > 4 * kMostShown || !plain) place.refuse("it is no proper name");
}

void read_keras(const KerasJson& json, LearningRate& value, const Range& range, const KerasPlace& place) {
  if (json.is_number())
    read_keras(json, value.value.emplace<double>(), range, place);
  else
    read_keras(json, value.value.emplace<Schedule>(), range, place);
}

void read_keras(const KerasJson& json, ShiftRange& value, const Range& range, const KerasPlace& place) {
  if (!json.is_array()) {
    double factor = 0;
    read_keras(json, factor, range, place);
    value = factor;
    return;
  }
  std::vector<double> ends;
  read_keras(json, ends, range, place);
  if (ends.size() != 2) place.refuse("it is no pair of numbers");
  value = ShiftRange(ends[0], ends[1]);
}

void read_keras(const KerasJson& json, Axes& value, const Range& range, const KerasPlace& place) {
  if (json.is_array()) return read_keras(json, value.list, range, place);
  int axis = 0;
  read_keras(json, axis, range, place);
  value = axis;
}

void read_keras(const KerasJson& json, std::optional<std::uint64_t>& value, const Range&, const KerasPlace&) {
  value.reset();
  if (json.is_number_unsigned()) value = json.get<std::uint64_t>() & ~(std::uint64_t{1} << 63);
}

void read_keras(const KerasJson&, std::vector<Layer>&, const Range&, const KerasPlace& place) {
  place.refuse("it is telar's own");
}

}  // namespace telar
