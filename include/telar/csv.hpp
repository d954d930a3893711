// Tables of comma-separated values as samples.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <telar/dataset.hpp>

namespace telar::datasets {

/// What the columns of a table are. Exactly one of `label` and `targets` is given; every other column is a feature.
struct CsvOptions {
  std::string label{};                 ///< the column of the class, as text or numbers
  std::vector<std::string> targets{};  ///< the columns of what a regression learns
  std::vector<std::string> ignore{};   ///< columns to leave out
  std::string sample_weight{};         ///< the column of the samples' weights, which no feature is; empty: none
  char separator = ',';
  /// Names of the classes, in order; empty: those that occur, by size if all are whole numbers, else by spelling.
  std::vector<std::string> classes{};
};

struct Table {
  Dataset samples;
  std::vector<std::string> features;  ///< their names, one per value of a sample
  std::vector<std::string> targets;   ///< names of the numbers to learn, in the order of the file
  std::vector<float> sample_weight;   ///< of each sample, at least 0; empty if no column has them
};

/// A table of comma-separated values (RFC 4180) whose first line names the columns: features and targets as float32,
/// text labels as class names. Throws Error: data with file:line:column for what is no number, missing values with
/// their lines, lines that are too short or too long, unknown classes, names that are not UTF-8 or hold control
/// characters; usage for names that no column has.
[[nodiscard]] Table csv(const std::filesystem::path& file, const CsvOptions& options);

}  // namespace telar::datasets
