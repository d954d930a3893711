// The test set after a comparison: read once, sample by sample, and counted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "study/recipe.hpp"

namespace telar {

/// What a trained network makes of the test set.
struct TestReading {
  bool fresh = false;                 ///< read now, for the first time
  std::vector<std::int32_t> classes;  ///< what each sample is taken for; empty for a regression
};

/// Reads the test set with the network of a finished run, unless that was done before: its scores go into result.json,
/// the classes into test_classes.npz (array "classes", float32, in the order of the test set). Throws Error: data if
/// the run is damaged, resource if it cannot be written.
[[nodiscard]] TestReading read_test_set(const std::filesystem::path& run, const Recipe& recipe, const RecipeData& data,
                                        int threads);

/// Which samples of the test set are taken for what they are.
[[nodiscard]] std::vector<bool> correct_samples(const TestReading& reading, const Dataset& test);

/// How often a test set was looked at to judge something: what is chosen by it often enough fits it by chance.
struct TestReadings {
  std::int64_t comparisons = 0;  ///< that read it, this one included
  std::int64_t runs = 0;         ///< in the store with a score on it
};
/// Adds a line to `store`/test-readings.jsonl if anything was `fresh`, and counts those of the same test set. Throws
/// Error (resource).
TestReadings count_test_readings(const std::filesystem::path& store, const std::string& test_sha256,
                                 const std::string& study, std::int64_t fresh);

}  // namespace telar
