// Which class was taken for which.
#pragma once

#include <span>
#include <string>

#include <telar/history.hpp>

#include "cli/style.hpp"

namespace telar::cli {

/// A row for each true class, a column for each predicted one, zeros as "·", shaded by their share of the row if
/// coloured; then the pairs most often confused. Only the pairs where the table would be wider than `columns`. Empty
/// without classes.
[[nodiscard]] std::string confusion_matrix(const Score& score, std::span<const std::string> class_names, int columns,
                                           const Style& style);

}  // namespace telar::cli
