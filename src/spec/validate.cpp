#include "spec/validate.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include <telar/error.hpp>

#include "base/name_template.hpp"
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
  template <class T>
  void field(std::string_view name, const std::optional<T>& value, std::string_view doc,
             const Range& range = {}) const {
    if (value) field(name, *value, doc, range);
  }
  template <class T>
  void field(std::string_view name, const std::vector<T>& values, std::string_view doc, const Range& range = {}) const {
    for (const T& value : values) field(name, value, doc, range);
  }
  void field(std::string_view name, const LearningRate& value, std::string_view, const Range& range) const {
    if (const Schedule* schedule = value.schedule())
      validate(*schedule, where_ + ", " + std::string(name) + " (" + std::string(class_name(*schedule)) + ")");
    else
      check_range(name, std::get<double>(value.value), range, where_);
  }
  void field(std::string_view, const Initializer& value, std::string_view) const { validate(value, where_); }
  void field(std::string_view name, const ShiftRange& value, std::string_view, const Range& range) const {
    if (!value.is_given())
      throw Error(ErrorCode::usage, where_, std::string(name) + " is not given, and there is no default",
                  "such as " + std::string(name) + " = 0.1");
    check_range(name, value.low, range, where_);
    check_range(name, value.high, range, where_);
  }
  void field(std::string_view name, const Axes& value, std::string_view doc, const Range& range) const {
    if (value.list.empty()) throw Error(ErrorCode::usage, where_, std::string(name) + " is empty", "such as -1");
    field(name, value.list, doc, range);
  }
  void field(std::string_view name, const Regularizer& value, std::string_view, const Range& = {}) const {
    if (std::holds_alternative<OrthogonalRegularizer>(value) && name != "kernel_regularizer")
      throw Error(ErrorCode::usage, where_,
                  std::string(name) + " is an OrthogonalRegularizer, which is for kernels alone",
                  "leave it out, or use L2");
    validate(value, where_ + ", " + std::string(name) + " (" + std::string(class_name(value)) + ")");
  }
  void field(std::string_view name, const Constraint& value, std::string_view, const Range& = {}) const {
    validate(value, where_ + ", " + std::string(name) + " (" + std::string(class_name(value)) + ")");
  }

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
  if (const auto* custom = std::get_if<Custom>(&layer); custom != nullptr && custom->functions == nullptr)
    throw Error(ErrorCode::usage, where, "it has no functions", "such as Custom(Scale{}), with a type Scale of yours");
  if (const auto* norm = std::get_if<Normalization>(&layer); norm && norm->mean.size() != norm->variance.size())
    throw Error(ErrorCode::usage, where,
                "mean has " + std::to_string(norm->mean.size()) + " numbers, but variance " +
                    std::to_string(norm->variance.size()),
                "give one of each for every feature, or neither");
  const std::string& name = std::visit([](const auto& l) -> const std::string& { return l.name; }, layer);
  if (name.find('/') != std::string::npos)
    throw Error(ErrorCode::usage, where, "name = \"" + name + "\" has a '/'",
                "variables are called layer/kernel, so a layer's name cannot hold one");
}
void validate(const Initializer& initializer, const std::string& where) { check_fields(initializer, where); }
void validate(const Regularizer& regularizer, const std::string& where) {
  check_fields(regularizer, where);
  if (const auto* both = std::get_if<L1L2>(&regularizer); both != nullptr && both->l1 == 0 && both->l2 == 0)
    throw Error(ErrorCode::usage, where, "l1 and l2 are 0, so nothing is penalised",
                "give one of them, such as l2 = 0.01");
}
void validate(const Constraint& constraint, const std::string& where) { check_fields(constraint, where); }
void validate(const Loss& loss, const std::string& where) {
  check_fields(loss, where);
  const auto* custom = std::get_if<CustomLoss>(&loss);
  if (custom == nullptr) return;
  if (custom->functions == nullptr)
    throw Error(ErrorCode::usage, where, "it has no function", "such as CustomLoss(\"mine\", function)");
  if (custom->name.empty())
    throw Error(ErrorCode::usage, where, "it has no name", "such as CustomLoss(\"mine\", function)");
}
void validate(const Metric& metric, const std::string& where) {
  check_fields(metric, where);
  std::visit(
      [&](const auto& m) {
        if constexpr (requires { m.target_class_ids; }) {
          if (m.target_class_ids.empty())
            throw Error(ErrorCode::usage, where, "target_class_ids is empty: which classes?",
                        "such as target_class_ids = [0], or MeanIoU for all of them");
          if constexpr (requires { m.num_classes; })
            for (const int id : m.target_class_ids)
              check_range("target_class_ids", id, Range{0, static_cast<double>(m.num_classes - 1)}, where);
        }
      },
      metric);
  const auto* custom = std::get_if<CustomMetric>(&metric);
  if (custom == nullptr) return;
  if (!custom->of_row) throw Error(ErrorCode::usage, where, "it has no function", "set of_row");
  if (custom->name.empty())
    throw Error(ErrorCode::usage, where, "it has no name, which logs need", "such as name = \"mine\"");
}
void validate(const Optimizer& optimizer, const std::string& where) {
  check_fields(optimizer, where);
  const int clips = std::visit(
      [](const auto& o) {
        return int{o.clipnorm.has_value()} + o.clipvalue.has_value() + o.global_clipnorm.has_value();
      },
      optimizer);
  if (clips > 1)
    throw Error(ErrorCode::usage, where, "more than one of clipnorm, clipvalue and global_clipnorm is given",
                "keep one of them");
}
void validate(const Schedule& schedule, const std::string& where) {
  check_fields(schedule, where);
  const auto* steps = std::get_if<PiecewiseConstantDecay>(&schedule);
  if (steps == nullptr) return;
  const std::string count = std::to_string(steps->boundaries.size());
  if (steps->values.size() != steps->boundaries.size() + 1)
    throw Error(ErrorCode::usage, where,
                "values are " + std::to_string(steps->values.size()) + ", but boundaries " + count,
                "give one more value than boundaries: " + std::to_string(steps->boundaries.size() + 1));
  if (std::adjacent_find(steps->boundaries.begin(), steps->boundaries.end(), std::greater_equal<>()) !=
      steps->boundaries.end())
    throw Error(ErrorCode::usage, where, "boundaries do not rise", "write them from the first step to the last");
}
void validate(const Callback::Stock& callback, const std::string& where) {
  check_fields(callback, where);
  if (const auto* checkpoint = std::get_if<ModelCheckpoint>(&callback)) {
    if (!checkpoint->filepath.ends_with(".npz"))
      throw Error(ErrorCode::usage, where, "filepath = \"" + checkpoint->filepath + "\" must end in .npz",
                  "the weights are saved as a NumPy archive, such as \"best.npz\"");
    // Which quantities there are is known later; what can be wrong with braces and formats, now.
    static_cast<void>(fill_template(checkpoint->filepath, where, [](const std::string& name) -> TemplateValue {
      if (name == "epoch" || name == "batch") return 1;
      return 0.5;
    }));
  }
  if (const auto* log = std::get_if<CSVLogger>(&callback); log != nullptr && log->filename.empty())
    throw Error(ErrorCode::usage, where, "filename is empty", "such as filename = \"log.csv\"");
  if (const auto* backup = std::get_if<BackupAndRestore>(&callback); backup != nullptr && backup->backup_dir.empty())
    throw Error(ErrorCode::usage, where, "backup_dir is empty", "such as backup_dir = \"backup\"");
  if (const auto* board = std::get_if<TensorBoard>(&callback); board != nullptr && board->log_dir.empty())
    throw Error(ErrorCode::usage, where, "log_dir is empty", "such as log_dir = \"logs\"");
}

std::string_view class_name(const Layer& layer) {
  const auto* custom = std::get_if<Custom>(&layer);
  return custom != nullptr && custom->functions != nullptr ? custom->functions->class_name : name_of_alternative(layer);
}
std::string_view class_name(const Regularizer& regularizer) { return name_of_alternative(regularizer); }
std::string_view class_name(const Constraint& constraint) { return name_of_alternative(constraint); }
std::string_view class_name(const Loss& loss) { return name_of_alternative(loss); }
std::string_view class_name(const Metric& metric) { return name_of_alternative(metric); }
std::string_view class_name(const Optimizer& optimizer) { return name_of_alternative(optimizer); }
std::string_view class_name(const Schedule& schedule) { return name_of_alternative(schedule); }
std::string_view class_name(const Callback::Stock& callback) { return name_of_alternative(callback); }

}  // namespace telar
