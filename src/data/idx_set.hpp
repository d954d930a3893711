// A set of four IDX files, read and checked against each other.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <telar/dataset.hpp>

namespace telar {

/// The file `name` of `folder`, with or without ".gz". Throws Error (data) if neither is there.
[[nodiscard]] std::filesystem::path find_idx_file(const std::filesystem::path& folder, const std::string& name);

/// How a set is called, and what its files must be.
struct IdxSetOptions {
  std::string name = "idx";
  std::optional<int> classes;            ///< default: largest training label + 1
  std::vector<std::string> class_names;  ///< empty, or one per class
  /// Called with each file, its name in the set and the SHA-256 of its raw bytes; throws if they are not the right
  /// ones.
  std::function<void(const std::filesystem::path& file, const std::string& name, const std::string& sha256)> verify;
};

/// Reads the four files. Throws Error (data) naming the file: what read_idx refuses, labels that are no list, different
/// numbers of samples and labels, a label that is no class, training and test samples of different shapes.
[[nodiscard]] datasets::Pair read_idx_set(const std::filesystem::path& folder, const datasets::IdxFiles& files,
                                          const IdxSetOptions& options);

}  // namespace telar
