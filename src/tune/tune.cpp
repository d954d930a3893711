// The search: workers that ask what to train next, and train it.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <thread>
#include <utility>

#include <telar/error.hpp>
#include <telar/tuning.hpp>

#include "base/cores.hpp"
#include "train/monitor.hpp"
#include "tune/every_point.hpp"
#include "tune/halving.hpp"
#include "tune/importance.hpp"
#include "tune/neighbours.hpp"
#include "tune/paused_training.hpp"
#include "tune/sampler.hpp"
#include "tune/standings.hpp"

namespace telar {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What all waiting trainings may keep in memory together; the worst ones are trained anew if their turn comes.
constexpr std::size_t kWaitingBytes = std::size_t{1} << 30;
/// So many trials in a row that were not trained, and the search gives up.
constexpr int kMostUntrained = 1000;

/// What a worker is to do: begin a trial, or bring one to its next rung.
struct Assignment {
  std::size_t trial = 0;
  int rung = 0;
};

class Search {
 public:
  Search(const std::vector<SearchParameter>& space,
         const std::function<TrialTraining(const SearchPoint& point, int trial)>& build, const TuneOptions& options)
      : options_(options),
        build_(build),
        space_(space),
        objectives_(options.objectives),
        sampler_(space_, options.sampler, options.seed),
        trials_(options.earlier),
        standings_(objectives_, std::max(options.eta, 1)) {
    check();
    if (space_.finite()) every_.emplace(space_);
    for (Trial& trial : trials_) {
      at_.push_back(space_.coordinates(trial.point));
      if (every_) tried_.insert(trial.point.values);
      if (trial.state == Trial::State::running && trial.rungs.empty())  // begun before the search broke off
        unfinished_.push_back(static_cast<std::size_t>(trial.number));
      else if (trial.state == Trial::State::running)
        trial.state = Trial::State::paused;
      standings_.update(trial);
    }
    training_.resize(trials_.size());
    std::ranges::reverse(unfinished_);
  }

  Tuning run() {
    const int workers = options_.workers > 0 ? options_.workers : available_cores();
    // Its length says how many rungs there are.
    const SearchPoint point = options_.first ? *options_.first : space_.point(sampler_.first());
    halving_.emplace(build_(point, 0).fit.epochs, options_.eta, options_.min_epochs);
    std::vector<std::jthread> threads;
    for (int i = 0; i < workers; ++i) threads.emplace_back([this] { work(); });
    for (std::jthread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);

    Tuning result;
    result.seconds = elapsed();
    estimate_trials(trials_);
    std::vector<std::size_t> ranked;
    std::vector<Merits> merits;
    for (std::size_t i = 0; i < trials_.size(); ++i) {
      if (trials_[i].estimate.empty()) continue;
      ranked.push_back(i);
      merits.push_back(objectives_.merits(trials_[i].estimate));
    }
    for (const std::size_t place : best_first(merits)) result.ranking.push_back(ranked[place]);
    if (objectives_.names().size() == 1) order_by_neighbours(space_, objectives_, trials_, at_, result.ranking);
    for (const std::size_t place : pareto_front(merits)) result.front.push_back(ranked[place]);
    result.importance = importance(space_, objectives_, trials_, at_);
    result.exhausted = exhausted_;
    const double all = std::max(last_begun_, 1e-9) * workers;
    result.busy_share = std::min(1.0, busy_until_last_ / all);
    result.overhead_share = std::min(1.0, deciding_ / all);
    result.trials = std::move(trials_);
    return result;
  }

 private:
  void check() const {
    const auto refuse = [](const std::string& where, const std::string& message, const std::string& hint) {
      throw Error(ErrorCode::usage, where, message, hint);
    };
    if (space_.size() == 0) refuse("space", "nothing is open: the space has no parameters", "give it one or more");
    if (!options_.seconds && !options_.trials) refuse("budget", "there is no budget", "give seconds or trials");
    if (options_.seconds && !(*options_.seconds > 0)) refuse("budget", "the seconds have to be above 0", {});
    if (options_.trials && *options_.trials < 1) refuse("budget", "it takes one trial or more", {});
    if (options_.eta < 1) refuse("eta", "eta must be at least 1", {});
    if (options_.min_epochs < 1) refuse("min_epochs", "min_epochs must be at least 1", {});
    for (std::size_t i = 0; i < trials_.size(); ++i)
      if (trials_[i].number != static_cast<int>(i)) refuse("earlier", "there is no trial " + std::to_string(i), {});
    for (const Trial& trial : trials_)
      for (const TrialRung& rung : trial.rungs)
        if (!rung.values.empty() && rung.values.size() != objectives_.names().size())
          refuse("earlier", "trial " + std::to_string(trial.number) + " has values of other objectives", {});
  }

  [[nodiscard]] double elapsed() const { return options_.earlier_seconds + seconds_since(start_); }
  [[nodiscard]] bool out_of_time() const { return options_.seconds && elapsed() >= *options_.seconds; }
  [[nodiscard]] bool ended() const { return failed_ || out_of_time() || (options_.stopped && options_.stopped()); }

  void work() {
    try {
      while (!ended()) {
        const Clock::time_point asked = Clock::now();
        std::unique_lock lock(mutex_);
        const std::optional<Assignment> next = decide();
        deciding_ += seconds_since(asked);
        if (!next && at_work_.empty()) return;
        if (!next) {  // until a trial that is at work makes room for one, or ends with the search
          changed_.wait(lock, [this, before = ends_] { return ends_ != before || failed_; });
          continue;
        }
        lock.unlock();
        train(*next);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      failed_ = true;
      changed_.notify_all();
    }
  }

  // ---- under the lock ----
  std::optional<Assignment> decide() {
    const bool may_begin = !options_.trials || static_cast<int>(trials_.size()) < *options_.trials;
    if (!unfinished_.empty()) {
      const std::size_t trial = unfinished_.back();
      unfinished_.pop_back();
      return assign(trial, std::max(trials_[trial].first_rung, 0));
    }
    const auto fits_in = [this](std::size_t trial) { return fits(trial, trials_[trial].rungs.back().rung + 1); };
    if (const std::optional<std::size_t> next = standings_.promotable(halving_->rungs(), fits_in))
      return assign(*next, trials_[*next].rungs.back().rung + 1);
    if (objectives_.names().size() == 1 && is_closing()) {
      const auto fits_to_its_end = [this](std::size_t trial) { return fits(trial, halving_->rungs() - 1); };
      std::optional<std::size_t> next = standings_.best_waiting(halving_->rungs(), fits_to_its_end);
      if (!next) next = standings_.best_waiting(halving_->rungs(), fits_in);
      if (next) return assign(*next, trials_[*next].rungs.back().rung + 1);
    }
    if (!may_begin || untrained_in_a_row_ >= kMostUntrained) return {};

    const int number = static_cast<int>(trials_.size());
    Trial trial;
    trial.number = number;
    if (number == 0 && options_.first) {
      trial.point = *options_.first;
    } else {
      const std::optional<Coordinates> next = next_place(number);
      if (!next) return {};
      trial.point = space_.point(*next);
    }
    trial.first_rung = halving_->first_rung(number);
    if (every_) tried_.insert(trial.point.values);
    at_.push_back(space_.coordinates(trial.point));  // of whole numbers and rounded ones, as they are
    trials_.push_back(std::move(trial));
    standings_.update(trials_.back());
    training_.emplace_back();
    if (options_.on_change) options_.on_change(trials_.back());
    return assign(trials_.size() - 1, trials_.back().first_rung);
  }

  /// Where a new trial is. Where there is a finite number of points each is trained once; absent if all were.
  std::optional<Coordinates> next_place(int number) {
    const double left = options_.seconds ? std::max(0.0, 1 - elapsed() / *options_.seconds) : 0;
    const SeenTrials seen{standings_, at_};
    if (!every_) return sampler_.next(number, seen, 0.5 * left);
    const auto tried = [this](const Coordinates& at) { return tried_.contains(space_.point(at).values); };
    if (std::optional<Coordinates> at = sampler_.next(number, seen, 0.5 * left, tried)) return at;
    while (!every_->at_end() && tried(every_->at())) every_->advance();
    exhausted_ = every_->at_end();
    return exhausted_ ? std::nullopt : std::optional(every_->at());
  }

  Assignment assign(std::size_t trial, int rung) {
    trials_[trial].state = Trial::State::running;
    standings_.update(trials_[trial]);
    at_work_.push_back(trial);
    last_begun_ = elapsed() - options_.earlier_seconds;
    busy_until_last_ = busy_;
    for (const std::size_t other : at_work_)  // at their present pieces
      if (training_[other].began != Clock::time_point{}) busy_until_last_ += seconds_since(training_[other].began);
    return {trial, rung};
  }

  /// Whether what begins now would probably not come to its last rung: then the best that wait go on instead, whether
  /// or not they are among the best one in eta. For a third of the budget at most.
  [[nodiscard]] bool is_closing() const {
    if (!options_.seconds) return false;
    const double left = *options_.seconds - elapsed();
    if (left > *options_.seconds / 3) return false;
    constexpr int kLatest = 16;
    double seconds = 0;
    int count = 0;
    for (std::size_t i = trials_.size(); i-- > 0 && count < kLatest;) {
      const double log_epoch_seconds = standings_.log_epoch_seconds(i);
      if (std::isnan(log_epoch_seconds) || training_[i].full_epochs == 0) continue;
      seconds += std::exp(log_epoch_seconds) * training_[i].full_epochs;
      ++count;
    }
    return count > 0 && left < seconds / count;
  }

  /// Whether a trial's next rung will probably end in time.
  [[nodiscard]] bool fits(std::size_t trial, int rung) const {
    if (!options_.seconds) return true;
    double seconds = 0;
    for (const TrialRung& r : trials_[trial].rungs) seconds += r.seconds;
    const int trained = trials_[trial].rungs.back().epochs;
    if (trained == 0 || training_[trial].full_epochs == 0) return true;
    const int from = training_[trial].network ? trained : 0;
    return elapsed() + seconds / trained * (halving_->epochs_at(rung, training_[trial].full_epochs) - from) <
           *options_.seconds;
  }

  void keep_within_memory() {
    while (waiting_bytes_ > kWaitingBytes) {
      std::size_t worst = trials_.size();
      double lowest = 0;
      for (std::size_t i = 0; i < trials_.size(); ++i) {
        if (!training_[i].network) continue;
        const double merit = objectives_.merits(standings_.estimate(trials_[i]))[0];
        if (worst == trials_.size() || merit < lowest) {
          worst = i;
          lowest = merit;
        }
      }
      waiting_bytes_ -= training_[worst].network->bytes();
      training_[worst].network.reset();
    }
  }
  // ----

  /// Brings a trial to a rung. Only this worker has it meanwhile.
  void train(const Assignment& assignment) {
    const Clock::time_point start = Clock::now();
    Trial trial;
    std::unique_ptr<PausedTraining> network;
    {
      const std::lock_guard lock(mutex_);
      trial = trials_[assignment.trial];
      network = std::move(training_[assignment.trial].network);
      if (network) waiting_bytes_ -= network->bytes();
      training_[assignment.trial].began = start;
    }
    const bool broken_off = !advance(trial, network, assignment.rung);

    const std::lock_guard lock(mutex_);
    Slot& slot = training_[assignment.trial];
    busy_ += seconds_since(start);
    slot.began = {};
    std::erase(at_work_, assignment.trial);
    ++ends_;
    changed_.notify_all();
    if (network) slot.full_epochs = network->full_epochs();
    if (broken_off) return;  // its earlier rungs stand
    const bool untrained = trial.state == Trial::State::over_cap || trial.state == Trial::State::failed;
    untrained_in_a_row_ = untrained ? untrained_in_a_row_ + 1 : 0;
    if (!trial.rungs.empty()) trial.rungs.back().at = elapsed();
    standings_.update(trial);
    trial.estimate = standings_.estimate(trial);
    if (trial.state == Trial::State::paused) {
      waiting_bytes_ += network->bytes();
      slot.network = std::move(network);
    }
    trials_[assignment.trial] = std::move(trial);
    keep_within_memory();
    if (options_.on_change) options_.on_change(trials_[assignment.trial]);
  }

  /// False if the search ended before the rung did.
  bool advance(Trial& trial, std::unique_ptr<PausedTraining>& network, int rung) {
    const Clock::time_point start = Clock::now();
    try {
      if (!network) {
        network = std::make_unique<PausedTraining>(build_(trial.point, trial.number));
        trial.weights = static_cast<std::int64_t>(network->model().get_weights().size());
        if (over_cap(trial, *network)) return true;
        // What was trained before, and is not in memory, comes out the same.
        for (const TrialRung& earlier : trial.rungs)
          if (earlier.epochs > network->epochs() &&
              network->train_to(earlier.epochs, [this] { return ended(); }).broken_off)
            return false;
      }
      const int epochs = halving_->epochs_at(rung, network->full_epochs());
      TrialRung reached{rung, epochs};
      if (epochs > network->epochs()) {
        const TrainedPiece piece = network->train_to(epochs, [this] { return ended(); });
        if (piece.history.ended == Ended::interrupted) {
          if (ended()) return false;
          throw Error(ErrorCode::usage, "callback", "the training was interrupted by itself");
        }
        if (piece.history.ended == Ended::diverged) {
          trial.state = Trial::State::diverged;
          trial.reason = piece.history.reason;
        } else {
          take_values(trial, piece.history, reached);
        }
      } else {
        reached.values = trial.rungs.back().values;  // a short training is at its end before the last rung
      }
      reached.seconds = seconds_since(start);
      trial.rungs.push_back(std::move(reached));
      if (trial.state == Trial::State::running)
        trial.state = rung + 1 == halving_->rungs() ? Trial::State::completed : Trial::State::paused;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::resource || trial.number == 0) throw;
      trial.state = Trial::State::failed;
      trial.reason = error.what();
    } catch (const std::bad_alloc&) {
      network.reset();
      trial.state = Trial::State::failed;
      trial.reason = "not enough memory";
    }
    return true;
  }

  bool over_cap(Trial& trial, const PausedTraining& network) const {
    const bool wants_latency =
        options_.max_latency || std::ranges::find(options_.objectives, "latency") != options_.objectives.end();
    if (wants_latency && trial.latency == 0) trial.latency = network.latency();
    if (options_.max_weights && trial.weights > *options_.max_weights) {
      trial.reason = std::to_string(trial.weights) + " weights, but at most " + std::to_string(*options_.max_weights) +
                     " are wanted";
    } else if (options_.max_latency && trial.latency > *options_.max_latency) {
      trial.reason = "it takes too long for a sample";
    } else {
      return false;
    }
    trial.state = Trial::State::over_cap;
    return true;
  }

  /// What is not finite is no result.
  void take_values(Trial& trial, const History& history, TrialRung& reached) const {
    for (const std::string& name : objectives_.names()) {
      if (name == "weights")
        reached.values.push_back(static_cast<double>(trial.weights));
      else if (name == "latency")
        reached.values.push_back(trial.latency);
      else
        reached.values.push_back(measured(name, history));
      if (std::isfinite(reached.values.back())) continue;
      trial.state = Trial::State::diverged;
      trial.reason = name + " is not finite";
      reached.values.clear();
      return;
    }
  }

  static double measured(const std::string& name, const History& history) {
    if (history.epochs.empty()) throw Error(ErrorCode::usage, "objectives", "no epoch came to its end");
    const std::optional<double> value = history.epochs.back().get(name);
    if (!value)
      throw Error(ErrorCode::usage, "objectives", "the epochs have no " + name,
                  "there is: " + available_metrics(history.epochs.back()));
    return *value;
  }

  /// What a trial has besides what it tells.
  struct Slot {
    std::unique_ptr<PausedTraining> network;  ///< while it waits
    int full_epochs = 0;
    Clock::time_point began{};  ///< at its present piece
  };

  const TuneOptions& options_;
  const std::function<TrialTraining(const SearchPoint& point, int trial)>& build_;
  SearchSpace space_;
  Objectives objectives_;
  Sampler sampler_;
  Clock::time_point start_ = Clock::now();
  std::atomic<bool> failed_{false};

  std::mutex mutex_;  // guards what follows
  std::vector<Trial> trials_;
  std::vector<Coordinates> at_;
  std::vector<Slot> training_;
  Standings standings_;
  std::optional<EveryPoint> every_;                // of a finite space
  std::set<decltype(SearchPoint::values)> tried_;  // of one
  bool exhausted_ = false;
  std::optional<Halving> halving_;       // from the first trial on
  std::vector<std::size_t> unfinished_;  // begun before the search broke off, without a result; the next one last
  std::vector<std::size_t> at_work_;
  std::size_t waiting_bytes_ = 0;    // of the networks in memory
  std::uint64_t ends_ = 0;           // of pieces
  std::condition_variable changed_;  // ends_ or failed_
  int untrained_in_a_row_ = 0;
  double busy_ = 0, busy_until_last_ = 0, last_begun_ = 0, deciding_ = 0;
  std::exception_ptr error_;
};

}  // namespace

Tuning tune(const std::vector<SearchParameter>& space,
            const std::function<TrialTraining(const SearchPoint& point, int trial)>& build,
            const TuneOptions& options) {
  return Search(space, build, options).run();
}

}  // namespace telar
