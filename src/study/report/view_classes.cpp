// The view's classes: how well each is recognised, what is taken for what, and how that changed.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/number_text.hpp"
#include "study/report/sentences.hpp"
#include "study/report/view.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostConfusions = 5;
constexpr std::size_t kMostClassRows = 100;

/// The confusion of a recipe's runs as shares of each true class.
class Shares {
 public:
  explicit Shares(const Score& score) : score_(score) {}
  [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(score_.classes); }
  [[nodiscard]] std::int64_t count(std::size_t row, std::size_t column) const {
    return score_.confusion[row * width() + column];
  }
  [[nodiscard]] double operator()(std::size_t row, std::size_t column) const {
    std::int64_t all = 0;
    for (std::size_t c = 0; c < width(); ++c) all += count(row, c);
    return all > 0 ? static_cast<double>(count(row, column)) / static_cast<double>(all) : 0;
  }

 private:
  const Score& score_;
};

/// `classes` of them, whatever the runs say.
std::vector<std::string> names_of_classes(const RecipeRuns& recipe, std::size_t classes) {
  std::vector<std::string> names;
  for (const TrainResult& run : recipe.runs)
    if (names.empty()) names = run.class_names;
  if (names.size() > classes) names.resize(classes);
  for (std::string& name : names) name = shown(name);
  for (std::size_t c = names.size(); c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

/// s0 to s10, the strength of a cell's colour.
std::string strength(double share) {
  return fmt::format("s{}", static_cast<int>(std::lround(10 * std::clamp(share, 0.0, 1.0))));
}

Json matrix_view(const std::string& caption, const std::vector<std::string>& names, auto&& cell) {
  Json rows = Json::array();
  for (std::size_t r = 0; r < names.size(); ++r) {
    Json cells = Json::array();
    for (std::size_t c = 0; c < names.size(); ++c) cells.push_back(cell(r, c));
    rows.push_back(Json{{"head", names[r]}, {"cells", std::move(cells)}});
  }
  return Json{{"caption", caption}, {"names", names}, {"rows", std::move(rows)}};
}

Json confusion_view(const RecipeRuns& recipe, const std::vector<std::string>& names) {
  const Shares shares(*recipe.pooled);
  return matrix_view("Row: the true class. Column: what it was taken for.", names, [&](std::size_t r, std::size_t c) {
    const double share = shares(r, c);
    const std::int64_t count = shares.count(r, c);
    return view_cell(count == 0 ? "·" : std::to_string(count),
                     r == c ? "hit " + strength(share) : "miss " + strength(3 * share));
  });
}

Json change_view(const RecipeRuns& recipe, const RecipeRuns& first, const std::vector<std::string>& names) {
  const Shares after(*recipe.pooled), before(*first.pooled);
  return matrix_view("Change of each cell in percent of its row.", names, [&](std::size_t r, std::size_t c) {
    const double change = 100 * (after(r, c) - before(r, c));
    const bool gain = (change > 0) == (r == c);
    const std::string text =
        std::abs(change) < 0.05 ? "·" : fmt::format("{}{:.1f}", change < 0 ? "−" : "+", std::abs(change));
    return view_cell(text, (gain ? "gain " : "loss ") + strength(std::abs(change) / 10));
  });
}

Json most_often(const Score& score, const std::vector<std::string>& names) {
  struct Pair {
    std::int64_t count;
    std::size_t row, column;
  };
  const Shares shares(score);
  std::vector<Pair> pairs;
  for (std::size_t r = 0; r < shares.width(); ++r)
    for (std::size_t c = 0; c < shares.width(); ++c)
      if (r != c && shares.count(r, c) > 0) pairs.push_back({shares.count(r, c), r, c});
  std::ranges::stable_sort(pairs, [](const Pair& a, const Pair& b) { return a.count > b.count; });
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(kMostConfusions, pairs.size()); ++i)
    list.push_back(
        Json{{"actual", names[pairs[i].row]}, {"predicted", names[pairs[i].column]}, {"count", pairs[i].count}});
  return list;
}

/// Each class's accuracy, and beside it that of the first recipe.
Json class_table(const RecipeRuns& recipe, const RecipeRuns* first, const std::vector<std::string>& names) {
  std::vector<std::string> columns{"Class", "Accuracy", "95 % interval", "Precision", "F1"};
  if (first) columns.push_back(shown("against " + first->name));
  const std::vector<ClassAccuracy> classes = accuracy_by_class(*recipe.pooled, names);
  Json rows = Json::array();
  for (std::size_t c = 0; c < std::min(classes.size(), kMostClassRows); ++c) {
    const ClassAccuracy& own = classes[c];
    Json cells = Json::array({view_cell(value_text(own.accuracy.value, "accuracy"), "n"),
                              view_cell(interval_text(own.accuracy.low, own.accuracy.high, "accuracy"), "n"),
                              view_cell(value_text(own.precision.value, "accuracy"), "n"),
                              view_cell(value_text(own.f1.value, "f1"), "n")});
    if (first) {
      const double change = Shares(*recipe.pooled)(c, c) - Shares(*first->pooled)(c, c);
      cells.push_back(view_cell(difference_text(change, "accuracy"), change < 0 ? "n worse" : "n better"));
    }
    rows.push_back(view_row(own.name, std::move(cells)));
  }
  return view_table("Accuracy of each class", std::move(columns), std::move(rows));
}

}  // namespace

Json view_classes(const ReportContent& content) {
  Json list = Json::array();
  const RecipeRuns* first = nullptr;
  for (std::size_t r = 0; r < content.recipes.size(); ++r) {
    const RecipeRuns& recipe = content.recipes[r];
    if (!recipe.pooled) continue;
    const std::vector<std::string> names = names_of_classes(recipe, static_cast<std::size_t>(recipe.pooled->classes));
    const RecipeRuns* beside = first && first->pooled->classes == recipe.pooled->classes ? first : nullptr;
    const bool small = recipe.pooled->classes <= kMostShownClasses;
    list.push_back(Json{{"name", shown(recipe.name)},
                        {"color", fmt::format("c{}", r % kReportColors)},
                        {"runs", recipe.runs.size() > 1 ? Json(counted(recipe.runs.size(), "seed")) : Json(false)},
                        {"table", class_table(recipe, beside, names)},
                        {"confusion", small ? confusion_view(recipe, names) : Json(nullptr)},
                        {"change", small && beside ? change_view(recipe, *beside, names) : Json(nullptr)},
                        {"against", beside ? Json(shown(beside->name)) : Json(false)},
                        {"pairs", most_often(*recipe.pooled, names)}});
    if (!first) first = &recipe;
  }
  return list.empty() ? Json(nullptr) : Json{{"list", std::move(list)}};
}

}  // namespace telar
