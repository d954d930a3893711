// Trainings side by side on the cores: one recipe with several seeds, or several recipes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/style.hpp"
#include "study/documents.hpp"
#include "study/training.hpp"

namespace telar::cli {

/// Runs all jobs, each on one thread, `workers` at a time; a stop signal ends them all after their batch. Progress goes
/// to std::cerr unless `quiet`; `upcoming`: trainings that may have to follow, which count for the time left. Results
/// are in the order of the jobs; without those that a signal kept from starting. An Error of a job stops the others and
/// is thrown.
[[nodiscard]] std::vector<TrainResult> train_seeds(std::vector<SeedJob>& jobs, int workers, bool quiet,
                                                   const Style& style, std::size_t upcoming = 0);

/// A line a seed, then mean, standard deviation and Student's t 95 % interval of each quantity.
[[nodiscard]] std::string seeds_table(std::span<const TrainResult> results, const Style& style);

}  // namespace telar::cli
