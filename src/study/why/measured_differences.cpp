// What is measured of two recipes' trainings, side by side.
#include <cmath>
#include <functional>
#include <limits>

#include "study/why/explanation.hpp"
#include "study/why/learning.hpp"

namespace telar {

namespace {

constexpr double kUnmeasured = std::numeric_limits<double>::quiet_NaN();

/// A number of the seed's two runs; NaN where there is none.
struct SeedPair {
  double baseline = kUnmeasured, change = kUnmeasured;
};
using PairMeasure = std::function<SeedPair(const MeasuredRun&, const MeasuredRun&)>;
using RunMeasure = std::function<double(const MeasuredRun&)>;

PairMeasure of_each(const RunMeasure& measure) {
  return [measure](const MeasuredRun& baseline, const MeasuredRun& change) {
    return SeedPair{measure(baseline), measure(change)};
  };
}

/// Mean over what `number` gives for each element, NaN aside.
template <class Elements, class Number>
double mean_over(const Elements& elements, const Number& number) {
  double sum = 0, n = 0;
  for (const auto& element : elements) {
    const double x = number(element);
    if (std::isnan(x)) continue;
    sum += x;
    ++n;
  }
  return n > 0 ? sum / n : kUnmeasured;
}

RunMeasure of_measures(const std::function<double(const Measures&)>& number) {
  return [number](const MeasuredRun& run) { return run.measures ? number(*run.measures) : kUnmeasured; };
}

double score_named(const std::optional<Logs>& logs, const std::string& name) {
  return logs ? logs->get(name).value_or(kUnmeasured) : kUnmeasured;
}

/// How often the rate of an epoch is smaller than that of the one before.
double cuts(const MeasuredRun& run) {
  const std::vector<double> rates = run.result.history["learning_rate"];
  double n = rates.empty() ? kUnmeasured : 0;
  for (std::size_t i = 1; i < rates.size(); ++i) n += rates[i] < rates[i - 1] ? 1 : 0;
  return n;
}

double calibration_of(const MeasuredRun& run) {
  if (!run.result.validation) return kUnmeasured;
  for (const auto* list : {&run.result.validation->of_classes, &run.result.validation->metrics})
    for (const auto& [name, estimate] : *list)
      if (name == "expected_calibration_error") return estimate.value;
  return kUnmeasured;
}

bool is_hidden(const LayerHealth& layer, const Measures& measures) { return &layer != &measures.layers.back(); }

double dead_share(const Measures& m) {
  double dead = 0, units = 0;
  for (const LayerHealth& layer : m.layers) {
    if (!is_hidden(layer, m)) continue;
    dead += layer.dead;
    units += layer.units;
  }
  return units > 0 ? dead / units : kUnmeasured;
}

/// Of a walk along the gradient, at a step of the optimiser's length.
RunMeasure after_a_step(const std::function<double(const GradientWalk::Place&)>& number) {
  return [number](const MeasuredRun& run) {
    if (!run.landscape) return kUnmeasured;
    for (const GradientWalk::Place& place : run.landscape->walk.places)
      if (place.steps == 1) return number(place);
    return kUnmeasured;
  };
}

}  // namespace

std::vector<MeasuredDifference> measured_differences(const MeasuredRecipe& baseline, const MeasuredRecipe& change,
                                                     const std::string& metric) {
  const std::string name = metric.substr(4);  // without "val_"
  std::vector<MeasuredDifference> all;
  const auto add = [&](const std::string& key, const std::string& words, const PairMeasure& measure) {
    std::vector<double> first, second, differences;
    for (const MeasuredRun& after : change.runs)
      for (const MeasuredRun& before : baseline.runs) {
        if (before.seed != after.seed) continue;
        const SeedPair pair = measure(before, after);
        if (!std::isfinite(pair.baseline) || !std::isfinite(pair.change)) continue;
        first.push_back(pair.baseline);
        second.push_back(pair.change);
        differences.push_back(pair.change - pair.baseline);
      }
    if (!differences.empty()) all.push_back({key, words, summarize(first), summarize(second), summarize(differences)});
  };
  const auto epochs_of = [](const MeasuredRun& run) { return static_cast<double>(run.result.history.epochs.size()); };
  const auto equal = [](double EqualLoss::*baseline_number, double EqualLoss::*change_number) {
    return [=](const MeasuredRun& before, const MeasuredRun& after) {
      const EqualLoss at = at_equal_loss(before.result.history, after.result.history);
      return SeedPair{at.*baseline_number, at.*change_number};
    };
  };

  add("final_loss", "loss of the last epoch", of_each([](const MeasuredRun& run) {
        const std::vector<double> losses = run.result.history["loss"];
        return losses.empty() ? kUnmeasured : losses.back();
      }));
  add("epochs_to_equal_val_loss", "epochs to equal val_loss",
      equal(&EqualLoss::epochs_first, &EqualLoss::epochs_second));
  add("gap_at_equal_loss", "val_loss less loss, at equal loss", equal(&EqualLoss::gap_first, &EqualLoss::gap_second));
  add("jitter", metric + ", jitter of the last epochs",
      of_each([&](const MeasuredRun& run) { return jitter(run.result.history[metric]); }));
  add("jitter_averaged", metric + ", the same by moving averages of the weights",
      of_each([&](const MeasuredRun& run) { return run.averaged ? jitter((*run.averaged)[metric]) : kUnmeasured; }));
  add("lost_since_best", "val_loss above that of the best epoch",
      of_each([](const MeasuredRun& run) { return lost_since_best(run.result.history["val_loss"]); }));
  add("averaged", metric + " by weights averaged over further steps",
      of_each(of_measures([&](const Measures& m) { return score_named(m.averaged, name); })));
  add("recomputed", metric + " by recomputed statistics", of_each(of_measures([&](const Measures& m) {
        return score_named(m.recomputed ? m.recomputed : m.as_trained, name);
      })));
  add("update_ratio", "step / weights, mean of the kernels", of_each(of_measures([](const Measures& m) {
        return mean_over(m.kernels, [](const KernelMotion& k) { return k.update_ratio; });
      })));
  add("gradient_norm", "gradient norm, mean of the kernels", of_each(of_measures([](const Measures& m) {
        return mean_over(m.kernels, [](const KernelMotion& k) { return k.gradient_norm; });
      })));
  add("predicted_fall", "fall of the loss a step along the gradient, of what it predicts",
      of_each(after_a_step([](const GradientWalk::Place& p) { return p.fall / p.predicted; })));
  add("gradient_change", "change of the gradient by that step",
      of_each(after_a_step([](const GradientWalk::Place& p) { return p.gradient_change; })));
  add("largest_stable_rate", "largest stable learning rate", of_each([](const MeasuredRun& run) {
        return run.landscape ? run.landscape->sweep.largest.value_or(kUnmeasured) : kUnmeasured;
      }));
  add("weight_norm", "weight norm, mean of the layers", of_each(of_measures([](const Measures& m) {
        return mean_over(m.layers,
                         [](const LayerHealth& l) { return l.type == "Dense" ? l.weight_norm : kUnmeasured; });
      })));
  add("activation_sd", "sd of outputs, mean of the hidden layers", of_each(of_measures([](const Measures& m) {
        return mean_over(m.layers, [&](const LayerHealth& l) { return is_hidden(l, m) ? l.sd : kUnmeasured; });
      })));
  add("dead_units", "share of hidden units that are dead", of_each(of_measures(dead_share)));
  add("calibration_error", "expected calibration error", of_each(calibration_of));
  add("epochs", "epochs", of_each(epochs_of));
  add("rate_cuts", "cuts of the learning rate", of_each(cuts));
  // What is the same in both at every seed says nothing.
  std::erase_if(all,
                [](const MeasuredDifference& d) { return d.delta.mean == 0 && (d.delta.n == 1 || d.delta.sd == 0); });
  return all;
}

}  // namespace telar
