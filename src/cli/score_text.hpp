// Scores as people read them.
#pragma once

#include <span>
#include <string>

#include <telar/history.hpp>

#include "cli/style.hpp"

namespace telar::cli {

/// One line: "Test        loss 0.3301 [0.3207, 0.3395]   accuracy 0.8843 [0.8779, 0.8904]   10000 samples".
[[nodiscard]] std::string score_line(const std::string& name, const Score& score, const Style& style);

/// Accuracy, precision and F1 by class and the confusion matrix, each under a headline; empty for a score without
/// classes.
[[nodiscard]] std::string class_sections(const Score& score, std::span<const std::string> class_names, int columns,
                                         const Style& style);

}  // namespace telar::cli
