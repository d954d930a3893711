#include "cli/score_text.hpp"

#include <cmath>

#include "cli/class_report.hpp"
#include "cli/confusion_matrix.hpp"
#include "study/documents.hpp"

namespace telar::cli {

namespace {

std::string named_estimate_text(const std::string& quantity, const Estimate& e, const Style& style) {
  if (!std::isfinite(e.low) || !std::isfinite(e.high))  // a loss of whole batches has none
    return fmt::format("{} {}", quantity, style.bold(number(e.value)));
  const std::string interval = fmt::format("[{}, {}]", number(e.low), number(e.high));
  return fmt::format("{} {} {}", quantity, style.bold(number(e.value)), style.dim(interval));
}

}  // namespace

std::string score_line(const std::string& name, const Score& score, const Style& style) {
  std::string text = fmt::format("{:<11} ", name) + named_estimate_text("loss", score.loss, style) + "   ";
  for (const auto& [metric, value] : score.metrics) text += named_estimate_text(metric, value, style) + "   ";
  return text + fmt::format("{} samples\n", score.samples);
}

std::string class_sections(const Score& score, std::span<const std::string> class_names, int columns,
                           const Style& style) {
  if (score.classes == 0) return {};
  const std::vector<ClassAccuracy> classes = accuracy_by_class(score, class_names);
  std::string text = "\n" + style.bold("Accuracy by class") + "\n" + class_report(classes, style) + "\n" +
                     style.bold("Precision and F1 by class") + "\n" + precision_report(classes, style);
  for (const auto& [name, value] : score.of_classes) text += "  " + named_estimate_text(name, value, style) + "\n";
  return text + "\n" + style.bold("Confusion matrix") + "\n" + confusion_matrix(score, class_names, columns, style);
}

}  // namespace telar::cli
