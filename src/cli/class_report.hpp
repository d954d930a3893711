// Accuracy, precision and F1 class by class, by name.
#pragma once

#include <span>
#include <string>

#include "cli/style.hpp"
#include "study/documents.hpp"

namespace telar::cli {

/// A line a class: name, accuracy, its 95 % interval, a bar. Empty without classes.
[[nodiscard]] std::string class_report(std::span<const ClassAccuracy> classes, const Style& style);

/// A line a class: name, precision and F1 with their 95 % intervals. Empty without classes.
[[nodiscard]] std::string precision_report(std::span<const ClassAccuracy> classes, const Style& style);

}  // namespace telar::cli
