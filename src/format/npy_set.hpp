// Samples from NumPy arrays.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <telar/dataset.hpp>

namespace telar {

/// Names of the arrays; both names of a test set are empty if there is none.
struct NpyNames {
  std::string x_train = "x_train", y_train = "y_train";
  std::string x_test = "x_test", y_test = "y_test";
  std::string sample_weight{};  ///< of the training samples; empty: none
};

struct NpySet {
  Dataset train;
  std::optional<Dataset> test;
  std::vector<float> sample_weight;  ///< of each training sample, at least 0; empty if no array has them
};

/// The arrays of `archive` (.npz) or, if that is empty, of files <name>.npy in `directory`; a name may end in .npy
/// itself. x is (n, shape...), bytes kept as they are and all other numbers as float32; y is (n) or (n, 1) whole
/// numbers from 0, which are labels, or floating-point numbers (n) or (n, width), which a regression learns. `classes`:
/// default largest training label + 1. Throws Error (data) naming file and array: what read_npy refuses, lengths that
/// differ, negative labels or ones that are no class, weights that are not
/// one number a sample, finite and at least 0, training and test samples of different shapes or kinds.
[[nodiscard]] NpySet read_npy_set(const std::filesystem::path& directory, const std::string& archive,
                                  const NpyNames& names, std::optional<int> classes);

}  // namespace telar
