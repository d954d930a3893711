// Every option of every class that a recipe can name, misspelt, left out, of another type and out of its range. The
// list is the descriptions themselves: a class or a field that joins them is tested without a line here.
#include <gtest/gtest.h>
#include <limits>

#include "base/number_text.hpp"
#include "recipe_folder.hpp"
#include "study/describe_recipe.hpp"

namespace telar::test {
namespace {

struct Option {
  std::string name;
  std::string valid{};             ///< what has to be said, since there is no default
  std::vector<std::string> bad{};  ///< numbers out of its range
};

/// What `describe` tells of a class.
struct Options {
  std::vector<Option> all{};

  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& range = {}) {
    Option option{std::string(name)};
    look_at(option, value, range);
    all.push_back(std::move(option));
  }

 private:
  template <class T>
  requires(!std::is_arithmetic_v<T> || std::is_same_v<T, bool>) static void look_at(Option&, const T&, const Range&) {}
  template <class T>
  static void look_at(Option& option, const std::optional<T>& value, const Range& range) {
    look_at(option, value ? *value : T{}, range);
    option.valid.clear();
  }
  template <class T>
  static void look_at(Option& option, const std::vector<T>&, const Range& range) {
    look_at(option, T{}, range);
    option.valid.clear();
    for (std::string& bad : option.bad) bad = "[" + bad + "]";
  }
  static void look_at(Option& option, const LearningRate& value, const Range& range) {
    look_at(option, 1.0, range);
    if (!value.is_given()) option.valid = "0.1";
  }
  static void look_at(Option& option, const Axes&, const Range& range) { look_at(option, 1, range); }
  static void look_at(Option& option, const ShiftRange& value, const Range& range) {
    look_at(option, 0.0, range);
    if (!value.is_given()) option.valid = "0.1";
  }
  template <class T>
  requires std::is_arithmetic_v<T> &&
      (!std::is_same_v<T, bool>)static void look_at(Option& option, T value, const Range& range) {
    constexpr bool kReal = std::is_floating_point_v<T>;
    constexpr double kLargestExact = 0x1p53;
    const auto add = [&](double number) { option.bad.push_back(kReal ? number_text(number) : text_of(number)); };
    if (std::abs(range.low) < kLargestExact) add(range.low_open ? range.low : range.low - 1);
    if (std::abs(range.high) < kLargestExact) add(range.high_open ? range.high : range.high + 1);
    if (kReal && !option.bad.empty()) option.bad.emplace_back("nan");
    if (range.contains(static_cast<double>(value))) return;
    for (const double number : {0.5, 1.0, 2.0})
      if (range.contains(number) && (kReal || number >= 1))
        option.valid = kReal ? number_text(number) : text_of(number);
  }
  static std::string text_of(double whole) { return std::to_string(static_cast<std::int64_t>(whole)); }
};

/// A table of the class with what it must have, but `without`, and with `entry`.
std::string table_of(std::string_view type, const std::vector<Option>& options, const std::string& without,
                     const std::string& entry) {
  std::string table = "{ type = \"" + std::string(type) + "\"";
  for (const Option& option : options)
    if (!option.valid.empty() && option.name != without) table += ", " + option.name + " = " + option.valid;
  return table + (entry.empty() ? "" : ", ") + entry + " }";
}

class RecipeOptions : public testing::Test {
 protected:
  /// `recipe_with(table)`: a recipe that has the table where such a class can stand.
  template <class RecipeWith, class... A>
  void check_all(const std::variant<A...>&, const RecipeWith& recipe_with) {
    (check<A>(recipe_with), ...);
  }

 private:
  template <class A, class RecipeWith>
  void check(const RecipeWith& recipe_with) {
    if constexpr (is_for_files<A>) {
      SCOPED_TRACE(type_name<A>);
      Options options;
      const A defaults{};
      describe(defaults, options);
      const auto refusal = [&](const std::string& without, const std::string& entry) {
        return folder_.refusal(recipe_with(table_of(type_name<A>, options.all, without, entry)));
      };
      for (const Option& option : options.all) {
        const auto expect = [&](const std::string& without, const std::string& entry, const std::string& message) {
          const std::string refused = refusal(without, entry);
          EXPECT_TRUE(refused.starts_with("[r.toml:")) << refused;
          EXPECT_NE(refused.find(message), std::string::npos) << message << " is not in: " << refused;
        };
        expect("", option.name + "x = 1", "unknown key \"" + option.name + "x\"");
        expect("", option.name + "x = 1", "\"" + option.name + "\"");  // as what was meant, or as one of those known
        expect(option.name, option.name + " = 1979-05-27", option.name + " must be ");
        for (const std::string& bad : option.bad) expect(option.name, option.name + " = " + bad, ", but must be ");
        if (!option.valid.empty()) expect(option.name, "", "has no " + option.name + ", and there is no default");
      }
    }
  }

  RecipeFolder folder_;
};

TEST_F(RecipeOptions, of_every_layer_are_looked_at) {
  check_all(Layer::Alternatives{},
            [](const std::string& table) { return with(kSmall, "{ type = \"Flatten\" }", table); });
}

TEST_F(RecipeOptions, of_every_initializer_regularizer_and_constraint_are_looked_at) {
  const auto of_dense = [](const std::string& option) {
    return [option](const std::string& table) {
      return with(kSmall, "{ type = \"Flatten\" }", "{ type = \"Dense\", units = 1, " + option + " = " + table + " }");
    };
  };
  check_all(Initializer{}, of_dense("kernel_initializer"));
  check_all(Regularizer{}, of_dense("kernel_regularizer"));
  check_all(Constraint{}, of_dense("kernel_constraint"));
}

TEST_F(RecipeOptions, of_every_optimizer_and_schedule_are_looked_at) {
  const auto compile = [](const std::string& optimizer) {
    return with(kSmall, "[compile]\n", "[compile]\noptimizer = " + optimizer + "\n");
  };
  check_all(Optimizer{}, compile);
  check_all(Schedule{},
            [&](const std::string& table) { return compile("{ type = \"SGD\", learning_rate = " + table + " }"); });
}

TEST_F(RecipeOptions, of_every_loss_and_metric_are_looked_at) {
  check_all(Loss{},
            [](const std::string& table) { return with(kSmall, "\"sparse_categorical_crossentropy\"", table); });
  check_all(Metric{},
            [](const std::string& table) { return with(kSmall, "[fit]", "metrics = [" + table + "]\n\n[fit]"); });
}

TEST_F(RecipeOptions, of_every_callback_are_looked_at) {
  check_all(Callback::Stock{}, [](const std::string& table) { return kSmall + "callbacks = [" + table + "]\n"; });
}

}  // namespace
}  // namespace telar::test
