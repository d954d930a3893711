#include "spec/validate.hpp"

#include <optional>
#include <type_traits>
#include <variant>

#include <telar/error.hpp>

#include "base/number_text.hpp"
#include "spec/describe.hpp"

namespace telar {

void check_range(std::string_view name, double value, const Range& range, const std::string& where) {
  if (range.contains(value)) return;
  Range told = range;
  constexpr double kTechnicalLimit = 1 << 24;  // no news to someone who wrote 0
  if (value <= range.high && range.high >= kTechnicalLimit) told.high = Range{}.high;
  throw Error(ErrorCode::usage, where, std::string(name) + " = " + number_text(value) + ", but must be " + told.text());
}

namespace {

class RangeCheck {
 public:
  explicit RangeCheck(const std::string& where) : where_(where) {}

  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& range = {}) const {
    if constexpr (std::is_enum_v<T>) {
      if (name_of(value) == "?")
        throw Error(ErrorCode::usage, where_, std::string(name) + " is not one of the enumerators");
    } else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      check_range(name, static_cast<double>(value), range, where_);
    }
  }
  void field(std::string_view name, const std::optional<double>& value, std::string_view doc,
             const Range& range) const {
    if (value) field(name, *value, doc, range);
  }
  void field(std::string_view, const Initializer& value, std::string_view) const { validate(value, where_); }

 private:
  const std::string& where_;
};

template <class Variant>
void check_fields(const Variant& variant, const std::string& where) {
  std::visit([&](const auto& alternative) { describe(alternative, RangeCheck(where)); }, variant);
}

template <class Variant>
std::string_view name_of_alternative(const Variant& variant) {
  return std::visit([](const auto& a) { return type_name<std::remove_cvref_t<decltype(a)>>; }, variant);
}

}  // namespace

void validate(const Layer& layer, const std::string& where) {
  check_fields(layer, where);
  const std::string& name = std::visit([](const auto& l) -> const std::string& { return l.name; }, layer);
  if (name.find('/') != std::string::npos)
    throw Error(ErrorCode::usage, where, "name = \"" + name + "\" has a '/'",
                "variables are called layer/kernel, so a layer's name cannot hold one");
}
void validate(const Initializer& initializer, const std::string& where) { check_fields(initializer, where); }
void validate(const Loss& loss, const std::string& where) { check_fields(loss, where); }
void validate(const Metric& metric, const std::string& where) { check_fields(metric, where); }
void validate(const Optimizer& optimizer, const std::string& where) { check_fields(optimizer, where); }
void validate(const Callback::Stock& callback, const std::string& where) { check_fields(callback, where); }

std::string_view class_name(const Layer& layer) { return name_of_alternative(layer); }
std::string_view class_name(const Loss& loss) { return name_of_alternative(loss); }
std::string_view class_name(const Metric& metric) { return name_of_alternative(metric); }
std::string_view class_name(const Optimizer& optimizer) { return name_of_alternative(optimizer); }
std::string_view class_name(const Callback::Stock& callback) { return name_of_alternative(callback); }

}  // namespace telar
