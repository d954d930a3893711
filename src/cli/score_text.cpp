#include "cli/score_text.hpp"

#include "cli/class_report.hpp"
#include "cli/confusion_matrix.hpp"
#include "study/documents.hpp"

namespace telar::cli {

std::string score_line(const std::string& name, const Score& score, const Style& style) {
  const auto estimate = [&style](const std::string& quantity, const Estimate& e) {
    const std::string interval = fmt::format("[{}, {}]", number(e.low), number(e.high));
    return fmt::format("{} {} {}   ", quantity, style.bold(number(e.value)), style.dim(interval));
  };
  std::string text = fmt::format("{:<11} ", name) + estimate("loss", score.loss);
  for (const auto& [metric, value] : score.metrics) text += estimate(metric, value);
  return text + fmt::format("{} samples\n", score.samples);
}

std::string class_sections(const Score& score, std::span<const std::string> class_names, int columns,
                           const Style& style) {
  if (score.classes == 0) return {};
  return "\n" + style.bold("Accuracy by class") + "\n" + class_report(accuracy_by_class(score, class_names), style) +
         "\n" + style.bold("Confusion matrix") + "\n" + confusion_matrix(score, class_names, columns, style);
}

}  // namespace telar::cli
