// Accuracy class by class, by name.
#pragma once

#include <span>
#include <string>

#include "cli/style.hpp"
#include "study/documents.hpp"

namespace telar::cli {

/// A line a class: name, accuracy, its 95 % interval, a bar. Empty without classes.
[[nodiscard]] std::string class_report(std::span<const ClassAccuracy> classes, const Style& style);

}  // namespace telar::cli
