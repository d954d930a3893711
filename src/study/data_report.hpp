// What a set of samples is like: how many, of what, how evenly, and what is wrong with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "study/documents.hpp"
#include "study/recipe.hpp"

namespace telar {

/// Smallest, mean and largest of some numbers.
struct Spread {
  double low = 0, mean = 0, high = 0;
};

struct SetReport {
  std::string set;  ///< "train", "validation" or "test"
  std::size_t samples = 0;
  std::vector<int> shape;
  Spread values;                                              ///< of all features
  std::vector<std::pair<std::string, std::int64_t>> classes;  ///< with their samples; empty for a regression
  std::vector<Spread> targets;                                ///< of a regression, one for each
  std::size_t duplicates = 0;         ///< samples whose features an earlier one of the set has as well
  std::size_t also_in_training = 0;   ///< samples whose features a training sample has as well
  std::vector<std::string> constant;  ///< features that are the same in all samples: names, or numbers from 0
};

/// The class of the sample in that row of the storage: its label, or what the recipe's loss has made of it, the place
/// of the 1 in a one-hot target. Needs classes.
[[nodiscard]] std::size_t class_of(const Dataset::Storage& storage, std::uint32_t row);

/// Reads all of the data. Training set first.
[[nodiscard]] std::vector<SetReport> report_data(const RecipeData& data);

/// telar.data/1.
[[nodiscard]] Json data_report_document(const Recipe& recipe, const std::vector<SetReport>& reports,
                                        std::size_t skipped_files = 0);

}  // namespace telar
