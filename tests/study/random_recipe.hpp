// Any recipe that can be written: random kinds of everything, every field random within its range.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <rapidcheck.h>
#include <string>
#include <variant>
#include <vector>

#include "study/describe_recipe.hpp"

namespace telar::test {

inline double random_number(const Range& range) {
  const double unit = *rc::gen::map(rc::gen::inRange(1, 1'000'000), [](int n) { return n / 1e6; });  // in (0, 1)
  if (range.low >= 0 && range.high <= 1) return range.low + unit * (range.high - range.low);
  const int exponent = *rc::gen::inRange(-300, 300);
  const double magnitude = std::ldexp(unit, exponent);
  return std::clamp(range.low < 0 && *rc::gen::arbitrary<bool>() ? -magnitude : magnitude, range.low, range.high);
}

/// A visitor that gives every field some value.
struct RandomFields {
  void field(std::string_view, bool& value, std::string_view, const Range& = {}) {
    value = *rc::gen::arbitrary<bool>();
  }
  void field(std::string_view, int& value, std::string_view, const Range& range = {}) {
    value = *rc::gen::inRange(static_cast<int>(range.low), static_cast<int>(range.high) + 1);
  }
  void field(std::string_view, std::uint64_t& value, std::string_view, const Range& = {}) {
    value = *rc::gen::arbitrary<std::uint64_t>() >> 1;  // TOML's integers are signed
  }
  void field(std::string_view, double& value, std::string_view, const Range& range = {}) {
    value = random_number(range);
  }
  void field(std::string_view name, std::string& value, std::string_view, const Range& = {}) {
    value = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    if (name == "name") std::erase(value, '/');
    if (name == "filepath") value = "weights-{epoch:02d}.npz";
    if (name == "filename") value += "log.csv";
    if (name == "backup_dir") value += "backup";
    if (name == "log_dir") value += "logs";
    if (name == "dir" || name == "start_from")
      value = value.empty() ? "" : std::filesystem::path("/" + value).lexically_normal().string();
  }
  template <class E>
  requires std::is_enum_v<E>
  void field(std::string_view, E& value, std::string_view, const Range& = {}) {
    value = enum_names<E>[*rc::gen::inRange<std::size_t>(0, enum_names<E>.size())].value;
  }
  template <class T>
  void field(std::string_view name, std::optional<T>& value, std::string_view doc, const Range& range = {}) {
    if (name == "loss" || *rc::gen::arbitrary<bool>())
      field(name, value.emplace(), doc, range);
    else
      value.reset();
  }
  template <class... A>
  void field(std::string_view name, std::variant<A...>& value, std::string_view, const Range& = {}) {
    const std::size_t kind = *rc::gen::inRange<std::size_t>(0, sizeof...(A));
    std::size_t i = 0;
    static_cast<void>(((i++ == kind && is_for_files<A> && (value = A{}, true)) || ...));
    std::visit(
        [&](auto& alternative) {
          describe(alternative, *this);
          if constexpr (requires { alternative.variance; })  // a Normalization's, as many as it has means
            alternative.variance.resize(alternative.mean.size(), 1.0);
        },
        value);
    if constexpr (std::is_same_v<std::variant<A...>, Regularizer>)
      if (name != "kernel_regularizer" && std::holds_alternative<OrthogonalRegularizer>(value)) value = L2{};
  }
  template <class T>
  void field(std::string_view name, std::vector<T>& value, std::string_view doc, const Range& range = {}) {
    value.resize(*rc::gen::inRange<std::size_t>(name == "layers" ? 1 : 0, 6));
    for (T& element : value) field(name, element, doc, range);
  }
  void field(std::string_view name, LearningRate& value, std::string_view doc, const Range& range = {}) {
    if (*rc::gen::arbitrary<bool>())
      field(name, value.value.emplace<double>(), doc, range);
    else
      field(name, value.value.emplace<Schedule>(), doc);
  }
  void field(std::string_view, ShiftRange& value, std::string_view, const Range& range = {}) {
    value = ShiftRange(random_number(range), random_number(range));
  }
  void field(std::string_view name, Axes& value, std::string_view doc, const Range& range = {}) {
    value.list.resize(*rc::gen::inRange<std::size_t>(1, 4));
    for (int& axis : value.list) field(name, axis, doc, range);
  }
  void field(std::string_view, std::map<std::string, double>& value, std::string_view, const Range& range = {}) {
    value.clear();
    for (const char* name : {"0", "12", "a \"name\""})
      if (*rc::gen::arbitrary<bool>()) value[name] = random_number(range);
  }
  void field(std::string_view, MixUp& value, std::string_view, const Range& = {}) { describe(value, *this); }
  void field(std::string_view, ValidationSpec& value, std::string_view, const Range& = {}) {
    using Kind = ValidationSpec::Kind;
    value = {};
    value.kind = *rc::gen::element(Kind::none, Kind::first, Kind::last, Kind::shuffled, Kind::stratified, Kind::fold);
    if (value.kind == Kind::first)
      value.first = *rc::gen::inRange(1, 1 << 30);
    else if (value.kind == Kind::fold)
      value.folds = 7, value.fold = *rc::gen::inRange(0, 7), value.fold_order = FoldOrder::consecutive;
    else if (value.kind != Kind::none)
      value.fraction = random_number(kValidationFraction);
  }
  template <class Visit>
  void section(std::string_view, Visit&& visit) {
    visit(*this);
  }
};

inline Recipe random_recipe() {
  Recipe recipe;
  describe(recipe, RandomFields{});
  recipe.fit.validation_split = 0;  // a loaded recipe has it in [data]
  using Source = DataSpec::Source;
  const Source source = recipe.data.source;
  if (recipe.data.directory.empty() && (source == Source::csv || source == Source::npy || source == Source::images))
    recipe.data.directory = "/samples";  // a loaded recipe says where its files are
  recipe.fit.initial_epoch = std::min(recipe.fit.initial_epoch, recipe.fit.epochs - 1);
  return recipe;
}

}  // namespace telar::test
