// telar tune
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>

#include <telar/error.hpp>

#include "base/number_text.hpp"
#include "base/terminal.hpp"
#include "cli/amount_bar.hpp"
#include "cli/duration.hpp"
#include "cli/exit_code.hpp"
#include "cli/load_data.hpp"
#include "cli/signals.hpp"
#include "cli/train_seeds.hpp"
#include "cli/tuning_text.hpp"
#include "cli/verb.hpp"
#include "study/tune/tuning_study.hpp"

namespace telar::cli {

namespace {

struct TuneOptionsOfUser : CommonOptions {
  std::string search, budget, out, data_dir;
  std::optional<int> trials;
  bool resume = false;
  std::vector<std::string> settings;
  std::vector<std::string> command;
};

/// A line for each rung that a trial reaches, or on a terminal one that is written over.
class SearchProgress {
 public:
  SearchProgress(bool quiet, const Style& style) : quiet_(quiet), bar_(is_terminal(std::cerr)), style_(style) {}

  ~SearchProgress() { clear(); }
  SearchProgress(const SearchProgress&) = delete;
  SearchProgress& operator=(const SearchProgress&) = delete;

  void show(const TuningProgress& progress) {
    if (quiet_) return;
    if (!bar_) {
      if (progress.trial.state == Trial::State::running) return;
      std::cerr << trial_line(progress) << '\n' << std::flush;
      return;
    }
    const std::string line = progress_line(progress, style_);
    std::cerr << "\r\x1b[K" << line << std::flush;
    painted_ = true;
  }
  void clear() {
    if (painted_) std::cerr << "\r\x1b[K" << std::flush;
    painted_ = false;
  }

 private:
  bool quiet_, bar_;
  Style style_;
  bool painted_ = false;
};

int run(const TuneOptionsOfUser& options, std::ostream& out) {
  TuningPlan plan{.search = SearchFile(options.search, options.settings)};
  if (!options.data_dir.empty())
    plan.search.set_data_directory(std::filesystem::absolute(options.data_dir).lexically_normal().string());
  plan.seconds = parse_duration(options.budget);
  plan.trials = options.trials;
  if (!plan.seconds && !plan.trials) plan.seconds = parse_duration("10m");
  plan.out = options.out;
  plan.resume = options.resume;
  plan.workers = options.thread_count();
  plan.command = options.command;
  warn(options, lint(plan.search.base()));
  watch_stop_signals();

  const Style style = options.style_for(std::cerr);
  SearchProgress progress(options.quiet, style);
  const TrainJobs train = [&](std::vector<SeedJob>& jobs, std::size_t upcoming) {
    progress.clear();
    static_cast<void>(train_seeds(jobs, plan.workers, options.quiet, style, upcoming));
  };
  const TuningHooks hooks{.compare = {.train = train,
                                      .stopped = [] { return stop_signal() != 0; },
                                      .reading = shown_reading(options),
                                      .measured = shown_count("measuring", options)},
                          .progress = [&](const TuningProgress& p) { progress.show(p); }};
  const TuningStudy study = run_tuning(plan, hooks);
  progress.clear();
  if (options.json)
    out << tuning_document(plan, study).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  else
    out << tuning_text(plan, study, options.style_for(std::cout));
  if (stop_signal() != 0) return kSignal + stop_signal();
  const bool diverged = std::ranges::any_of(study.tuning.trials,
                                            [](const Trial& trial) { return trial.state == Trial::State::diverged; });
  return study.tuning.ranking.empty() && diverged ? kDiverged : kDone;
}

}  // namespace

Verb add_tune(CLI::App& program, std::vector<std::string> command) {
  const auto options = std::make_shared<TuneOptionsOfUser>();
  options->command = std::move(command);
  CLI::App* app = program.add_subcommand("tune", "Search for a better recipe, and prove it on fresh seeds");
  app->add_option("SEARCH", options->search, "Recipe with a [search.space] (TOML)")->required()->option_text(" ");
  app->add_option("--budget", options->budget, "Time for all of it: 90s, 10m, 1h30m [10m]")
      ->check([](const std::string& text) {
        return parse_duration(text) ? std::string() : "\"" + text + "\" is no time such as 90s, 10m or 1h30m";
      })
      ->option_text("TIME");
  app->add_option("--trials", options->trials, "Search with N trials, instead of or within the budget")
      ->check(CLI::Range(1, 1'000'000))
      ->option_text("N");
  app->add_flag("--resume", options->resume, "Go on with the newest unfinished study of this search, or that of --out");
  app->add_option("--set", options->settings, "Change a setting of the recipe; may be repeated")
      ->allow_extra_args(false)
      ->option_text("PATH=VALUE");
  app->add_option("--out", options->out, "Folder of the study [runs/TIME-tune-SEARCH]; must not exist or be empty")
      ->option_text("DIR");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [as in training]")->option_text("DIR");
  add_common_options(*app, *options,
                     "  telar tune recipes/fashion-mnist/search.toml --budget 10m\n"
                     "  telar tune search.toml --trials 40 --json\n"
                     "  telar tune search.toml --budget 1h --resume\n"
                     "  telar report runs/2026-01-02T03-04-05Z-tune-search\n"
                     "best.toml in the study's folder is the recipe that was found.");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
