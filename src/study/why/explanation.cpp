#include "study/why/explanation.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "study/why/explanation_words.hpp"

namespace telar {

namespace {

/// Steps that differ by less than this factor are called equally large.
constexpr double kLeastFactor = 1.25;

SeedValues values_of(const std::vector<MeasuredRun>& runs) {
  SeedValues values;
  for (const MeasuredRun& run : runs) values.emplace(run.seed, run.value);
  return values;
}

std::vector<std::uint64_t> seeds_of(const MeasuredRecipe& recipe) {
  std::vector<std::uint64_t> seeds;
  for (const MeasuredRun& run : recipe.runs) seeds.push_back(run.seed);
  return seeds;
}

/// The metric by a score among the measures.
template <class Choose>
SeedValues measured_values(const MeasuredRecipe& recipe, const std::string& metric, const Choose& choose) {
  SeedValues values;
  for (const MeasuredRun& run : recipe.runs) {
    if (!run.measures) continue;
    if (const std::optional<double> value = choose(*run.measures).get(metric.substr(4)))
      if (std::isfinite(*value)) values.emplace(run.seed, *value);
  }
  return values;
}

/// By how much the metric was better with the mean of the weights over further steps, mean of the runs.
double gained_by_averages(const MeasuredRecipe& recipe, const ExplainSettings& settings) {
  double sum = 0, n = 0;
  for (const auto& [seed, averaged] :
       measured_values(recipe, settings.metric, [](const Measures& m) { return m.averaged; })) {
    const auto run = std::ranges::find(recipe.runs, seed, &MeasuredRun::seed);
    sum += settings.more_is_better ? averaged - run->value : run->value - averaged;
    ++n;
  }
  return n > 0 ? sum / n : 0;
}

/// The runs with the history that a run of the same seed had with moving averages.
MeasuredRecipe with_averaged(MeasuredRecipe recipe, const std::vector<MeasuredRun>& averaged) {
  for (const MeasuredRun& one : averaged)
    for (MeasuredRun& run : recipe.runs)
      if (run.seed == one.seed) run.averaged = one.result.history;
  return recipe;
}

/// Mean of the logarithms of all kernels' update ratios; NaN without any.
double log_step_size(const MeasuredRecipe& recipe) {
  double sum = 0, n = 0;
  for (const MeasuredRun& run : recipe.runs) {
    if (!run.measures) continue;
    for (const KernelMotion& kernel : run.measures->kernels)
      if (kernel.update_ratio > 0) sum += std::log(kernel.update_ratio), ++n;
  }
  return sum / n;
}

bool has_batch_statistics(const MeasuredRecipe& recipe) {
  return std::ranges::any_of(
      recipe.runs, [](const MeasuredRun& run) { return run.measures && run.measures->recomputed.has_value(); });
}

/// By how much the metric was better in the best epoch by val_loss, mean of the runs.
double lost_at_the_end(const MeasuredRecipe& recipe, const ExplainSettings& settings) {
  double sum = 0, n = 0;
  for (const MeasuredRun& run : recipe.runs) {
    const std::vector<double> losses = run.result.history["val_loss"], values = run.result.history[settings.metric];
    if (losses.empty() || values.size() != losses.size()) continue;
    const auto best = std::ranges::min_element(losses, [](double a, double b) { return a < b || std::isnan(b); });
    const double lost = values[static_cast<std::size_t>(best - losses.begin())] - values.back();
    if (!std::isfinite(lost)) continue;
    sum += settings.more_is_better ? lost : -lost;
    ++n;
  }
  return n > 0 ? sum / n : 0;
}

MechanismTest not_tested(Mechanism mechanism, std::string reason) {
  return {.mechanism = mechanism, .outcome = Outcome::not_tested, .reason = std::move(reason)};
}

/// The trainings that a test needs, in the list of all variants.
class VariantList {
 public:
  std::size_t add(Recipe recipe, std::vector<std::uint64_t> seeds) {
    list_.push_back({std::move(recipe), std::move(seeds)});
    return list_.size() - 1;
  }
  [[nodiscard]] const std::vector<VariantRecipe>& list() const noexcept { return list_; }

 private:
  std::vector<VariantRecipe> list_;
};

/// One change on its way to its explanation.
class Case {
 public:
  Case(const MeasuredRecipe& baseline, const MeasuredRecipe& change, Verdict verdict, const ExplainSettings& settings)
      : baseline_(baseline), change_(change), verdict_(verdict), settings_(settings) {
    runs_.baseline = values_of(baseline.runs);
    runs_.change = values_of(change.runs);
    test_statistics();
    test_moving_weights();
  }

  /// Adds the trainings that are needed. `shared`: variants of the baseline by their name.
  void plan(VariantList& variants, std::map<std::string, std::size_t>& shared) {
    const auto both = [&](Mechanism mechanism, const Recipe& of_baseline, const Recipe& of_change) {
      if (!shared.contains(of_baseline.name))
        shared.emplace(of_baseline.name, variants.add(of_baseline, seeds_of(baseline_)));
      planned_.push_back({mechanism, shared[of_baseline.name], variants.add(of_change, seeds_of(change_)), {}});
    };
    if (keeps_averages(baseline_.recipe) && keeps_averages(change_.recipe))
      add(not_tested(Mechanism::raw_weights, "both end with moving averages"));
    else if (std::max(gained_by_averages(baseline_, settings_), gained_by_averages(change_, settings_)) <
             settings_.band)
      add(not_tested(Mechanism::raw_weights, "averages of the last weights are about as good as the weights"));
    else
      both(Mechanism::raw_weights, with_moving_averages(baseline_.recipe), with_moving_averages(change_.recipe));
    if (follows_schedule(baseline_.recipe) && follows_schedule(change_.recipe))
      add(not_tested(Mechanism::constant_rate, "the rates of both follow a schedule"));
    else
      both(Mechanism::constant_rate, with_decayed_rate(baseline_.recipe, settings_.samples),
           with_decayed_rate(change_.recipe, settings_.samples));
    plan_step_size(variants);
    if (keeps_best_weights(baseline_.recipe) && keeps_best_weights(change_.recipe))
      add(not_tested(Mechanism::last_epoch, "both end with the weights of their best epoch"));
    else if (const double lost = std::max(lost_at_the_end(baseline_, settings_), lost_at_the_end(change_, settings_));
             lost < settings_.band)
      add(not_tested(Mechanism::last_epoch, "the last epoch is about as good as the best one"));
    else
      both(Mechanism::last_epoch, with_best_weights(baseline_.recipe), with_best_weights(change_.recipe));
  }

  /// Without trainings.
  void leave_out() {
    for (const Mechanism mechanism :
         {Mechanism::raw_weights, Mechanism::constant_rate, Mechanism::step_size, Mechanism::last_epoch})
      add(not_tested(mechanism, "it takes further trainings: --explain"));
  }

  Explanation finish(const std::vector<std::vector<MeasuredRun>>& variants) {
    const std::vector<MeasuredRun> none;
    const std::vector<MeasuredRun>*averaged_baseline = &none, *averaged_change = &none;
    for (const Planned& planned : planned_) {
      MechanismRuns runs = runs_;
      runs.baseline_without = planned.baseline ? values_of(variants[*planned.baseline]) : runs_.baseline;
      runs.change_without = values_of(variants[planned.change]);
      add(test_mechanism(planned.mechanism, runs, verdict_));
      explanation_.tests.back().setting = planned.setting;
      if (planned.mechanism != Mechanism::raw_weights) continue;
      averaged_baseline = &variants[*planned.baseline];
      averaged_change = &variants[planned.change];
    }
    explanation_.measures = measured_differences(with_averaged(baseline_, *averaged_baseline),
                                                 with_averaged(change_, *averaged_change), settings_.metric);
    std::ranges::stable_sort(explanation_.tests, {}, &MechanismTest::mechanism);
    explanation_.remedy = find_remedy(explanation_.tests, settings_.more_is_better);
    return std::move(explanation_);
  }

 private:
  struct Planned {
    Mechanism mechanism;
    std::optional<std::size_t> baseline;  ///< absent: the baseline as it is
    std::size_t change = 0;
    std::string setting;
  };

  void add(MechanismTest test) { explanation_.tests.push_back(std::move(test)); }

  void test_statistics() {
    if (!has_batch_statistics(baseline_) && !has_batch_statistics(change_))
      return add(not_tested(Mechanism::moving_statistics, "neither has a BatchNormalization"));
    const auto recomputed = [](const Measures& m) { return m.recomputed ? *m.recomputed : m.as_trained; };
    MechanismRuns runs = runs_;
    runs.baseline_without = measured_values(baseline_, settings_.metric, recomputed);
    runs.change_without = measured_values(change_, settings_.metric, recomputed);
    add(test_mechanism(Mechanism::moving_statistics, runs, verdict_));
  }

  void test_moving_weights() {
    const auto averaged = [](const Measures& m) { return m.averaged; };
    MechanismRuns runs = runs_;
    runs.baseline_without = measured_values(baseline_, settings_.metric, averaged);
    runs.change_without = measured_values(change_, settings_.metric, averaged);
    if (runs.baseline_without.empty() || runs.change_without.empty())
      return add(not_tested(Mechanism::moving_weights, "the networks were not measured"));
    add(test_mechanism(Mechanism::moving_weights, runs, verdict_));
  }

  void plan_step_size(VariantList& variants) {
    const double factor = std::exp(log_step_size(baseline_) - log_step_size(change_));
    if (!std::isfinite(factor)) return add(not_tested(Mechanism::step_size, "the networks were not measured"));
    if (std::max(factor, 1 / factor) < kLeastFactor)
      return add(not_tested(Mechanism::step_size,
                            fmt::format("beside its weights, its steps are {:.2g} times the baseline's", 1 / factor)));
    std::optional<Recipe> recipe = with_rate_times(change_.recipe, factor);
    if (!recipe) return add(not_tested(Mechanism::step_size, "its rate follows a schedule"));
    const double rate = std::visit([](const auto& o) { return o.learning_rate.at(0); }, recipe->compile.optimizer);
    planned_.push_back({Mechanism::step_size,
                        {},
                        variants.add(std::move(*recipe), seeds_of(change_)),
                        fmt::format("learning_rate = {:.3g}", rate)});
  }

  const MeasuredRecipe &baseline_, &change_;
  Verdict verdict_;
  const ExplainSettings& settings_;
  MechanismRuns runs_;
  std::vector<Planned> planned_;
  Explanation explanation_;
};

Json summary_json(const Summary& summary) {
  if (summary.n == 0) return nullptr;
  return Json{{"mean", json_number(summary.mean)},
              {"interval", {json_number(summary.interval.low), json_number(summary.interval.high)}},
              {"seeds", summary.n}};
}

}  // namespace

std::vector<Explanation> explain(const MeasuredRecipe& baseline, std::span<const MeasuredRecipe> changes,
                                 std::span<const Verdict> verdicts, const ExplainSettings& settings) {
  std::vector<Case> cases;
  VariantList variants;
  std::map<std::string, std::size_t> shared;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Case& one = cases.emplace_back(baseline, changes[i], verdicts[i], settings);
    settings.train ? one.plan(variants, shared) : one.leave_out();
  }
  std::vector<std::vector<MeasuredRun>> trained;
  if (!variants.list().empty()) trained = settings.train(variants.list());
  std::vector<Explanation> explanations;
  for (Case& one : cases) explanations.push_back(one.finish(trained));
  return explanations;
}

Json explanation_document(const Explanation& explanation, const std::string& baseline, const std::string& metric) {
  Json measures = Json::array(), mechanisms = Json::array();
  for (const MeasuredDifference& d : explanation.measures)
    measures.push_back(Json{{"measure", d.name},
                            {"words", d.words},
                            {"baseline", json_number(d.baseline.mean)},
                            {"change", json_number(d.change.mean)},
                            {"delta", json_number(d.delta.mean)},
                            {"interval", {json_number(d.delta.interval.low), json_number(d.delta.interval.high)}},
                            {"seeds", d.delta.n}});
  for (const MechanismTest& test : explanation.tests) {
    const bool tested = test.outcome != Outcome::not_tested;
    mechanisms.push_back(Json{{"mechanism", to_string(test.mechanism)},
                              {"finding", to_string(test.outcome)},
                              {"words", mechanism_words(test.mechanism) + ": " + test_words(test, metric)},
                              {"reason", tested ? Json(nullptr) : Json(test.reason)},
                              {"setting", test.setting.empty() ? Json(nullptr) : Json(test.setting)},
                              {"difference", tested ? summary_json(test.difference) : Json(nullptr)},
                              {"without", tested ? summary_json(test.without) : Json(nullptr)},
                              {"accounted", tested ? summary_json(test.accounted) : Json(nullptr)},
                              {"remedy", tested ? summary_json(test.remedy) : Json(nullptr)},
                              {"remedy_p_holm", tested ? json_number(test.remedy_p) : Json(nullptr)}});
  }
  return Json{{"measures", std::move(measures)},
              {"mechanisms", std::move(mechanisms)},
              {"remedy", explanation.remedy ? Json(to_string(*explanation.remedy)) : Json(nullptr)},
              {"remedy_words", explanation.remedy ? Json(remedy_words(explanation, baseline, metric)) : Json(nullptr)}};
}

}  // namespace telar
