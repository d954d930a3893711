#include "study/why/explanation_words.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "study/comparison_words.hpp"

namespace telar {

namespace {

std::string switched_off(const MechanismTest& test) {
  switch (test.mechanism) {
    case Mechanism::moving_statistics:
      return "with statistics recomputed from the training data";
    case Mechanism::moving_weights:
      return "with the mean of the weights over some steps more in both";
    case Mechanism::raw_weights:
      return "with moving averages of the weights in both";
    case Mechanism::constant_rate:
      return "with a rate that falls to 0 in both";
    case Mechanism::step_size:
      return "with steps as large as the baseline's (" + test.setting + ")";
    case Mechanism::last_epoch:
      return "with the weights of the best epoch in both";
  }
  return "";
}

std::string remedy_setting(const MechanismTest& test) {
  switch (test.mechanism) {
    case Mechanism::moving_statistics:
      return "statistics of BatchNormalization recomputed after the training";
    case Mechanism::moving_weights:
      return "averaged weights (compile.optimizer.use_ema = true keeps such averages)";
    case Mechanism::raw_weights:
      return "moving averages of the weights (compile.optimizer.use_ema = true)";
    case Mechanism::constant_rate:
      return "a learning rate that falls to 0 (CosineDecay over all its steps, without ReduceLROnPlateau and "
             "EarlyStopping)";
    case Mechanism::step_size:
      return "compile.optimizer." + test.setting;
    case Mechanism::last_epoch:
      break;
  }
  return "EarlyStopping with restore_best_weights = true";
}

}  // namespace

std::string mechanism_words(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::moving_statistics:
      return "moving statistics that lag behind";
    case Mechanism::moving_weights:
      return "weights that still move at the end";
    case Mechanism::raw_weights:
      return "weights of the last step, not their moving averages";
    case Mechanism::constant_rate:
      return "a learning rate that does not fall";
    case Mechanism::step_size:
      return "steps of another size";
    case Mechanism::last_epoch:
      return "a last epoch that is not the best";
  }
  return "";
}

std::string test_words(const MechanismTest& test, const std::string& metric) {
  if (test.outcome == Outcome::not_tested) return "not tested: " + test.reason;
  if (test.accounted.n == 0) return "open: no seed has a result with and without it";
  std::string text = fmt::format("{}: {} the difference is {}", to_string(test.outcome), switched_off(test),
                                 difference_text(metric, test.without.mean));
  if (test.without.n > 1) text += " " + interval_text(metric, test.without.interval);
  text += " instead of " + difference_text(metric, test.difference.mean);
  if (test.outcome == Outcome::consistent)
    text += fmt::format("; it accounts for {:.0f} % of it", 100 * test.accounted.mean / test.difference.mean);
  return text;
}

std::string remedy_words(const Explanation& explanation, const std::string& baseline, const std::string& metric) {
  if (!explanation.remedy) return "";
  const auto test = std::ranges::find(explanation.tests, *explanation.remedy, &MechanismTest::mechanism);
  return fmt::format("The smallest change found that makes it better than {}: {}: {} {}, {}.", baseline,
                     remedy_setting(*test), difference_text(metric, test->remedy.mean),
                     interval_text(metric, test->remedy.interval), p_text(test->remedy_p));
}

}  // namespace telar
