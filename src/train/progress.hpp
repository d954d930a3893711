// How far a training has come: all that its next step, its callbacks and its History depend on, and its file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <telar/history.hpp>
#include <telar/snapshot.hpp>

#include "train/session.hpp"
#include "train/state.hpp"

namespace telar {

struct Progress {
  // Whose it is.
  std::uint64_t seed = 0;
  int rule = 0;  ///< what the slots mean: UpdateRule::kind
  int batch_size = 0;
  std::uint64_t samples = 0;
  std::vector<std::string> variables{};  ///< "dense/kernel (784, 512)"

  // Where it is.
  int epoch = 0;  ///< the one at hand, from 0
  bool epoch_ended = false;
  int step = 0;                     ///< of this epoch: steps taken
  int batch = 0;                    ///< of the order at hand: batches taken
  std::int64_t epochs_trained = 0;  ///< decides that order
  bool stopped = false;             ///< a callback has ended it with this epoch

  // What it has.
  OptimizerState optimizer{};
  std::vector<float> weights{};  ///< canonical, like the slots
  double seconds = 0;            ///< of the steps of the epoch at hand
  Tally tally{};                 ///< of the epoch at hand
  std::vector<double> metrics{};
  int steps_since_validation = 0;
  Logs step_validation{};  ///< the last one within the epoch at hand
  History history{};
  struct Callback {
    std::string name{};  ///< "EarlyStopping", or "EarlyStopping 2" for the second one
    std::vector<std::byte> state{};
  };
  std::vector<Callback> callbacks{};
};

/// Its values alone.
[[nodiscard]] std::vector<std::byte> bytes_of(Progress& progress);

/// A file of `progress`, replaced atomically: a first line that says what it is, its length, the values, and the
/// SHA-256 of all this. Throws Error (resource).
void write_progress(const std::filesystem::path& file, Progress& progress);

/// Throws Error (data), naming the file, for any file that is not byte for byte what was written.
[[nodiscard]] Progress read_progress(const std::filesystem::path& file);

/// The values alone, whoever has written them. Throws Error (data) if they are no progress. What it gives is no larger
/// than `bytes`, but may be that of another training, or of none.
[[nodiscard]] Progress parse_progress(std::span<const std::byte> bytes);

}  // namespace telar
