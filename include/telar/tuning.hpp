// Finding good values for what a network and its training leave open: a space of them, and trials that share a budget.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <telar/dataset.hpp>
#include <telar/sequential.hpp>

namespace telar {

/// Numbers in [low, high]. log: equal ratios are equally likely, and low is above 0.
struct FloatRange {
  double low = 0, high = 1;
  bool log = false;
};
/// Whole numbers, both ends included.
struct IntRange {
  int low = 0, high = 1;
  bool log = false;
};
struct Choice {
  std::vector<std::string> options{};
};

/// Something that is open.
struct SearchParameter {
  std::string name;
  std::variant<FloatRange, IntRange, Choice> values;
  /// Names of choices and some of their options: the parameter takes part only where each has one of these.
  std::map<std::string, std::vector<std::string>> when{};
};

/// A value for every parameter that takes part.
struct SearchPoint {
  std::map<std::string, std::variant<double, int, std::string>> values{};

  [[nodiscard]] bool has(const std::string& name) const { return values.contains(name); }
  // Each throws std::out_of_range or std::bad_variant_access for what the space does not have.
  [[nodiscard]] double number(const std::string& name) const { return std::get<double>(values.at(name)); }
  [[nodiscard]] int integer(const std::string& name) const { return std::get<int>(values.at(name)); }
  [[nodiscard]] const std::string& option(const std::string& name) const {
    return std::get<std::string>(values.at(name));
  }
};

/// A compiled network and how it is to be trained in full, for fit.epochs >= 1 epochs from the first on. A schedule of
/// its learning rate reaches as far as the training.
struct TrialTraining {
  Sequential model;
  Dataset data;
  FitOptions fit;
};

/// How far a trial came, rung by rung of successive halving.
struct TrialRung {
  int rung = 0;
  int epochs = 0;                ///< trained by its end, from the first on
  std::vector<double> values{};  ///< of the objectives; empty if the training diverged
  double seconds = 0;            ///< spent for this rung
  double at = 0;                 ///< seconds of the search at its end
};
struct Trial {
  /// running: also what a search that ended had to break off. paused: others were better at its last rung.
  enum class State { running, paused, completed, diverged, failed, over_cap };
  int number = 0;
  SearchPoint point{};
  int first_rung = 0;  ///< where it is first compared
  std::vector<TrialRung> rungs{};
  State state = State::running;
  std::string reason{};  ///< a sentence, where something went wrong
  std::int64_t weights = 0;
  double latency = 0;  ///< microseconds for one sample; 0 if nobody asked
  /// What the objectives would come to at the last rung: those of its last one and what others gained from there on.
  /// Empty if it has none.
  std::vector<double> estimate{};
};

struct TuneOptions {
  enum class Sampler { tpe, quasi_random, random };
  /// A quantity of the epochs ("val_accuracy", "val_loss"); then maybe "weights" and "latency", of which less is
  /// better.
  std::vector<std::string> objectives{"val_accuracy"};
  std::optional<double> seconds{};            ///< of searching; a training at hand is broken off
  std::optional<int> trials{};                ///< at least one of the two has to be given
  std::optional<std::int64_t> max_weights{};  ///< trials with more are not trained
  std::optional<double> max_latency{};        ///< microseconds for one sample, likewise
  Sampler sampler = Sampler::tpe;
  int eta = 3;  ///< of the trials at a rung, one in so many goes on, with so many times its epochs; 1: all in full
  int min_epochs = 1;  ///< of the lowest rung
  int workers = 0;     ///< trials at a time, a thread each; 0: one per core
  std::uint64_t seed = 0;
  /// What trial 0 stands for. Absent: it is drawn like the others.
  std::optional<SearchPoint> first{};
  std::vector<Trial> earlier{};                   ///< of a search that this one continues, by number
  double earlier_seconds = 0;                     ///< that it has taken
  std::function<void(const Trial&)> on_change{};  ///< a trial has begun, or reached a rung, or ended; one at a time
  std::function<bool()> stopped{};                ///< asked after every batch, by all workers at a time
};

struct Tuning {
  std::vector<Trial> trials{};
  /// Of the trials with an estimate, best first. With one objective the best 256 are ordered by means, of an estimate
  /// and what trials near it came to, for the best of many results is mostly the luckiest.
  std::vector<std::size_t> ranking{};
  std::vector<std::size_t> front{};                 ///< those that no other is better than in all objectives
  std::vector<std::optional<double>> importance{};  ///< of the parameters: shares; absent: too few trials
  bool exhausted = false;  ///< every point of a finite space was tried, before the budget was used up
  double seconds = 0;
  double busy_share = 0;      ///< of the workers' time until the last trial began, in trainings
  double overhead_share = 0;  ///< of it, in deciding what to train
};

/// Trains trials side by side until the budget is used up, or every point of a finite space was tried: points of the
/// space by a tree-structured Parzen estimator (Bergstra et al. 2011; of whole points, as Falkner et al. 2018), and of
/// these the better ones in full by asynchronous successive halving (Li et al. 2018, arxiv.org/abs/1810.05934). Trials
/// that wait keep network and optimiser in memory. A trial depends on its point alone; which points there are depends
/// on which trials end first, unless workers = 1 and no seconds are given. `build` is called by several threads; an
/// Error of it makes a failed trial. Throws Error (usage): a parameter that cannot be drawn, no budget.
[[nodiscard]] Tuning tune(const std::vector<SearchParameter>& space,
                          const std::function<TrialTraining(const SearchPoint& point, int trial)>& build,
                          const TuneOptions& options);

}  // namespace telar
