#include "cli/find_lr.hpp"

#include "cli/learning_curve.hpp"

namespace telar::cli {

std::string find_lr_report(const FindLr& result, int columns, const Style& style) {
  History curve;  // a step in place of an epoch
  for (const double loss : result.smoothed) curve.epochs.emplace_back().set("loss", loss);
  std::string text;
  if (!result.rates.empty()) {
    const Axis axis{"rate", fmt::format("{:.1e}", result.rates.front()), fmt::format("{:.1e}", result.rates.back())};
    text += style.bold("Smoothed loss by learning rate") + "\n" + learning_curve(curve, "loss", columns, style, axis);
  }
  text += fmt::format("\n{} steps{}\n", result.rates.size(), result.reason.empty() ? "" : "; " + result.reason);
  if (!result.suggestion) return text + "No rate is suggested: the loss never fell.\n";
  return text + fmt::format(
                    "Suggested: --set compile.optimizer.learning_rate={}   (a tenth of the rate with the lowest "
                    "smoothed loss)\n",
                    style.bold(fmt::format("{:.1e}", *result.suggestion)));
}

}  // namespace telar::cli
