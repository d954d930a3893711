// What a search by `telar tune` found, before it is a page: plain values. Text is as `shown` leaves it, and what the
// study does not tell is absent, empty or NaN.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "study/report/content.hpp"

namespace telar {

struct TuningContent {
  struct Objective {
    std::string name;  ///< "val_accuracy", "weights", "latency" in microseconds
    bool more_is_better = true;
  };

  struct Parameter {
    std::string name;
    std::string short_name;  ///< the shortest end of its name that no other parameter's has
    bool choice = false;
    bool whole = false;                ///< its numbers are integers
    double low = 0, high = 0;          ///< of numbers
    bool log = false;                  ///< then 0 < low
    std::vector<std::string> options;  ///< of a choice, and after them those that a trial has besides
    std::optional<double> importance;  ///< its share, in [0, 1]
  };

  /// What a trial read at a rung.
  struct Reading {
    double epochs = 0, at = 0;   ///< at: seconds since the search began
    std::vector<double> values;  ///< of each objective
  };

  struct Trial {
    int number = 0;
    bool is_default = false, front = false;
    std::vector<std::optional<double>>
        values;         ///< of each parameter: the number, or which option; absent: switched off
    std::string ended;  ///< "completed", "paused", "stopped", "diverged", "failed", "over_cap"
    std::string reason;
    std::vector<Reading> readings;  ///< in the order of time
    std::vector<double> estimate;   ///< of each objective, after a whole training; empty: none
    std::optional<int> rank;        ///< 0 is best
  };

  struct Finalist {
    int trial = 0;
    double mean = 0, sd = 0;
    std::vector<std::pair<std::string, double>> runs;  ///< seed and value
  };

  struct Difference {
    std::string key, before, after;  ///< before: the default's
  };

  struct Best {
    int trial = 0;
    std::string recipe_file;
    std::vector<Difference> differences;
  };

  std::string recipe, search, study_dir, sampler;
  std::string ended;  ///< "budget", "trials" or "interrupted"
  int eta = 0, cores = 0;
  double budget_seconds = std::numeric_limits<double>::quiet_NaN(), seconds = budget_seconds,
         search_seconds = budget_seconds, busy_share = budget_seconds, overhead_share = budget_seconds;
  std::optional<int> trials_asked;
  std::vector<Objective> objectives;  ///< 1 to 3
  std::vector<Parameter> parameters;
  std::vector<double> rungs;  ///< epochs of the default recipe at each
  std::vector<Trial> trials;  ///< by rank, those without one last
  std::vector<Finalist> finalists;
  std::optional<Best> best;
  std::optional<JudgedStudy> proof;  ///< the best recipe beside the default
  std::vector<std::string> notices;  ///< what went wrong, and what a reader has to know first
  std::vector<std::string> remarks;  ///< what is true of every search like this one
};

/// A trial by its number; null if there is none.
[[nodiscard]] const TuningContent::Trial* trial_of(const TuningContent& content, int number);
/// What a trial reads of an objective: the estimate of a whole training, else its last reading; NaN without both.
[[nodiscard]] double score_of(const TuningContent::Trial& trial, std::size_t objective);
/// How many trials ended so.
[[nodiscard]] std::size_t ended_so(const TuningContent& content, const std::string& ended);

}  // namespace telar
