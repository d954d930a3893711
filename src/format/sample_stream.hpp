// Samples to predict, from a file or from what is piped in, a few at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/inflating_reader.hpp"
#include "data/picture_likeness.hpp"

namespace telar {

/// What a network takes, and what its user says about tables.
struct SampleOptions {
  std::vector<int> shape;               ///< of one sample
  std::vector<std::string> features{};  ///< names of a table's columns, one per number of a sample; empty: not known
  std::vector<std::string> targets{};   ///< columns that were learnt: a table may have them, they are not read
  std::vector<std::string> ignore{};    ///< columns that a table has and that are not read
  std::optional<PictureTraits> pictures{};  ///< what the training pictures were like, if it is known
  char separator = ',';                     ///< beside comma, semicolon and tab; a table's first line decides
};

/// An open file. A format is a function that makes one of a SampleSource.
struct SampleStream {
  /// Fills whole samples, row-major float32, as many as there is room for; returns how many, 0 at the end. A table that
  /// is piped in gives the lines that have arrived, one at least.
  /// Throws Error (data) with the place of what is no sample.
  std::function<std::size_t(std::span<float> samples)> read;
  /// Whether read need not wait for a line to arrive. Throws as read does.
  std::function<bool()> ready = [] { return true; };
  std::vector<std::string> notes{};     ///< what a person should know, such as a column that is not read
  std::vector<std::string> warnings{};  ///< what may be a mistake
};

struct SampleSource {
  std::string name;  ///< the file, or "stdin": for messages
  std::unique_ptr<InflatingReader> bytes;
};

/// Opens a table of comma-separated values, a NumPy array (.npy), an IDX file or a picture (PNG, JPEG), each as it is
/// or gzipped, from a file or a pipe; "-" is standard input. A name that ends in .npy, .csv, .tsv, .txt, .png, .jpg or
/// .jpeg says what the file is, and where no name does, its first bytes. Throws Error: data if it cannot be read, is of
/// no known format or does not hold what the network takes; usage if an option names a column that is not there.
[[nodiscard]] SampleStream open_samples(const std::string& file, const SampleOptions& options);

/// The numbers in a sample of this shape.
[[nodiscard]] std::size_t sample_width(const std::vector<int>& shape) noexcept;

}  // namespace telar
