// A training that can go on: all that its next step depends on, and its file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <telar/sequential.hpp>

#include "train/state.hpp"

namespace telar {

struct Backup {
  std::uint64_t seed = 0;
  int rule = 0;                     ///< what the slots mean: UpdateRule::kind
  int epoch = 0, step = 0;          ///< the next ones, from 0
  int batch = 0;                    ///< of the order at hand: the next one, from 0
  std::int64_t epochs_trained = 0;  ///< decides that order
  OptimizerState optimizer{};
  std::vector<float> weights{};  ///< canonical, like the slots
};

/// A NumPy archive, replaced atomically. Throws Error (resource). Defined on floor `format`.
void write_backup(const std::filesystem::path& file, const Backup& backup, const std::vector<Variable>& variables);
/// Throws Error (data) if the file is damaged, or does not have exactly these variables and shapes with `slots` slots.
[[nodiscard]] Backup read_backup(const std::filesystem::path& file, const std::vector<Variable>& variables,
                                 std::size_t slots);

}  // namespace telar
