#include "cli/train_seeds.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

#include "base/terminal.hpp"
#include "cli/signals.hpp"
#include "study/training.hpp"
#include "train/progress_bar.hpp"

namespace telar::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kRepaintInterval{200};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string finished_line(const TrainResult& result, bool with_recipe) {
  std::string text = with_recipe ? result.recipe + ", " : std::string();
  text += fmt::format("seed {}: {} after {} {}", result.seed, to_string(result.history.ended),
                      result.history.epochs.size(), result.history.epochs.size() == 1 ? "epoch" : "epochs");
  const std::string set = result.test ? "test" : "validation";
  const std::optional<Score>& score = result.test ? result.test : result.validation;
  if (!score) return text;
  text += fmt::format(" - {} loss: {}", set, number(score->loss.value));
  for (const auto& [name, value] : score->metrics) text += fmt::format(" - {} {}: {}", set, name, number(value.value));
  return text;
}

/// What the workers share with the thread that shows the progress.
class Board {
 public:
  Board(std::vector<SeedJob>& jobs, const Style& style, bool quiet, std::size_t upcoming)
      : jobs_(jobs),
        results_(jobs.size()),
        shares_(jobs.size()),
        style_(style),
        quiet_(quiet),
        upcoming_(upcoming),
        several_recipes_(std::ranges::any_of(
            jobs, [&](const SeedJob& job) { return job.recipe.name != jobs.front().recipe.name; })) {}

  /// Takes one job after the other until none is left.
  void work() {
    for (std::size_t i = next_++; i < jobs_.size() && !stopping(); i = next_++) {
      try {
        finish(i, train(i));
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
        failed_ = true;
      }
    }
    const std::lock_guard lock(mutex_);
    ++workers_done_;
    changed_.notify_all();
  }

  /// Shows the progress until `workers` have left work().
  void watch(int workers) {
    const bool bar = !quiet_ && is_terminal(std::cerr);
    std::unique_lock lock(mutex_);
    while (workers_done_ < workers) {
      if (bar) paint();
      changed_.wait_for(lock, kRepaintInterval);
    }
    if (bar && painted_ > 0) std::cerr << '\r' << std::string(painted_, ' ') << '\r' << std::flush;
  }

  std::vector<TrainResult> take() {
    if (error_) std::rethrow_exception(error_);
    for (const std::string& line : warnings_) std::cerr << line << '\n';
    std::vector<TrainResult> done;
    for (std::optional<TrainResult>& result : results_) {
      if (result) done.push_back(std::move(*result));
    }
    return done;
  }

 private:
  [[nodiscard]] bool stopping() const { return failed_ || stop_signal() != 0; }

  TrainResult train(std::size_t i) {
    // Fetched once: steps_per_epoch() may cost more than a store.
    const auto batches = std::make_shared<double>(0);
    std::ostringstream said;
    TrainSettings settings{.threads = 1, .output = &said};
    settings.checkpoints = jobs_[i].checkpoints;
    settings.read_test = jobs_[i].read_test;
    settings.measure = jobs_[i].measure;
    settings.board = jobs_[i].board;
    settings.callbacks.push_back(LambdaCallback{
        .on_train_begin = [batches](Training& t) { *batches = static_cast<double>(t.epochs()) * t.steps_per_epoch(); },
        .on_train_batch_end =
            [this, i, batches, done = 0.0](Training& t, int, const Logs&) mutable {
              shares_[i].store(++done / *batches, std::memory_order_relaxed);
              if (stopping()) t.stop(Ended::interrupted, signal_name(stop_signal()));
            }});
    TrainResult result = train_recipe(jobs_[i].recipe, jobs_[i].data, jobs_[i].folder, settings);
    keep_warnings(said.str());
    return result;
  }

  void finish(std::size_t i, TrainResult result) {
    const std::lock_guard lock(mutex_);
    shares_[i] = 1;
    ++finished_;
    if (!quiet_ && !is_terminal(std::cerr)) {
      std::cerr << fmt::format("{} ({}/{})\n", finished_line(result, several_recipes_), finished_, jobs_.size())
                << std::flush;
    }
    results_[i] = std::move(result);
  }

  void keep_warnings(const std::string& text) {
    const std::lock_guard lock(mutex_);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("warning:")) warnings_.insert(line);
    }
  }

  void paint() {
    double share = 0;
    for (const std::atomic<double>& s : shares_) share += s / static_cast<double>(jobs_.size() + upcoming_);
    const double elapsed = seconds_since(start_);
    // Too early for a guess, below.
    std::string left = share > 0.01 ? clock_text(elapsed * (1 - share) / share) + " left" : "";
    if (!left.empty() && upcoming_ > 0) left = "at most " + left;
    const std::string counted =
        fmt::format("{}/{} {}", finished_, jobs_.size(), several_recipes_ ? "trainings" : "seeds");
    const std::size_t columns = counted.size() + 22 + left.size();
    std::string line = "\r" + style_.bold(counted) + " " + bar_text(share, 20, style_.color) + " " + left;
    if (columns < painted_) line.append(painted_ - columns, ' ');
    std::cerr << line << std::flush;
    painted_ = columns;
  }

  std::vector<SeedJob>& jobs_;
  std::vector<std::optional<TrainResult>> results_;
  std::vector<std::atomic<double>> shares_;  // of each job, done
  Style style_;
  bool quiet_;
  std::size_t upcoming_;
  bool several_recipes_;
  Clock::time_point start_ = Clock::now();
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};

  std::mutex mutex_;  // guards what follows, and results_
  std::condition_variable changed_;
  int workers_done_ = 0;
  std::size_t finished_ = 0;
  std::size_t painted_ = 0;
  std::set<std::string> warnings_;
  std::exception_ptr error_;
};

/// A quantity of one run as the table shows it: the test's and the validation's losses and metrics. The rest is for
/// --json.
std::optional<std::string> cell(const TrainResult& result, const std::string& name) {
  if (name == "epochs_run") return std::to_string(result.history.epochs.size());
  const std::size_t dot = name.find('.');
  const std::string set = name.substr(0, dot), quantity = name.substr(dot + 1);
  const std::optional<Score>& score = set == "test" ? result.test : result.validation;
  if (!score || (set != "test" && set != "validation")) return {};
  if (quantity == "loss") return number(score->loss.value);
  for (const auto& [metric, estimate] : score->metrics)
    if (metric == quantity) return number(estimate.value);
  return {};
}

}  // namespace

std::vector<TrainResult> train_seeds(std::vector<SeedJob>& jobs, int workers, bool quiet, const Style& style,
                                     std::size_t upcoming) {
  Board board(jobs, style, quiet, upcoming);
  workers = std::min(workers, static_cast<int>(jobs.size()));
  std::vector<std::thread> threads;
  for (int i = 0; i < workers; ++i) threads.emplace_back([&board] { board.work(); });
  board.watch(workers);
  for (std::thread& thread : threads) thread.join();
  return board.take();
}

std::string seeds_table(std::span<const TrainResult> results, const Style& style) {
  auto summaries = summarize_runs(results);
  const auto is_shown = [&](const std::string& name) {
    return std::ranges::any_of(results, [&](const TrainResult& result) { return cell(result, name).has_value(); });
  };
  std::erase_if(summaries, [&](const auto& s) { return !is_shown(s.first); });
  constexpr int kFirst = 16;
  const auto width = [](const std::string& name) { return std::max<std::size_t>(name.size(), 16) + 2; };

  std::string text = fmt::format("{:<{}}", "seed", kFirst);
  for (const auto& [name, summary] : summaries) text += fmt::format("{:>{}}", name, width(name));
  text = style.bold(text) + "\n";
  for (const TrainResult& result : results) {
    text += fmt::format("{:<{}}", result.seed, kFirst);
    for (const auto& [name, summary] : summaries)
      text += fmt::format("{:>{}}", cell(result, name).value_or("-"), width(name));
    if (result.history.ended == Ended::diverged || result.history.ended == Ended::interrupted) {
      text += "  " + style.red(to_string(result.history.ended));
    }
    text += '\n';
  }
  const auto row = [&](const std::string& title, const auto& show) {
    text += fmt::format("{:<{}}", title, kFirst);
    for (const auto& [name, summary] : summaries) text += fmt::format("{:>{}}", show(name, summary), width(name));
    text += '\n';
  };
  // A mean number of epochs needs no four digits.
  const auto show = [](const std::string& name, double value) {
    return name == "epochs_run" ? fmt::format("{:.1f}", value) : number(value);
  };
  row("mean", [&](const std::string& name, const Summary& s) { return show(name, s.mean); });
  if (results.size() < 2) return text;
  row("sd", [&](const std::string& name, const Summary& s) { return s.n > 1 ? show(name, s.sd) : "-"; });
  row("95 % interval", [&](const std::string& name, const Summary& s) {
    if (s.n < 2) return std::string("-");
    return fmt::format("[{}, {}]", show(name, s.interval.low), show(name, s.interval.high));
  });
  return text;
}

}  // namespace telar::cli
