// telar compare
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include <telar/error.hpp>

#include "cli/amount_bar.hpp"
#include "cli/comparison_table.hpp"
#include "cli/exit_code.hpp"
#include "cli/load_data.hpp"
#include "cli/signals.hpp"
#include "cli/train_seeds.hpp"
#include "cli/verb.hpp"
#include "study/comparison.hpp"

namespace telar::cli {

namespace {

struct CompareOptions : CommonOptions {
  std::string baseline;
  std::vector<std::string> changes;
  std::optional<int> seeds;
  std::string metric;
  double band = ComparisonPlan{}.band;
  bool fail_if_worse = false;
  bool explain = false;
  std::vector<std::string> settings;
  std::string out, data_dir, tensorboard;
  std::vector<std::string> command;
};

Recipe read_compared(const CompareOptions& options, const std::string& file) {
  Recipe recipe = load_recipe(file, options.settings);
  if (!options.data_dir.empty())
    recipe.data.directory = std::filesystem::absolute(options.data_dir).lexically_normal().string();
  return recipe;
}

/// The same warning of several recipes once.
void warn_once(const CompareOptions& options, const ComparisonPlan& plan) {
  std::set<std::string> said;
  const auto look_at = [&](const Recipe& recipe) {
    for (const Finding& finding : lint(recipe))
      if (finding.severity == Finding::Severity::warning && said.insert(one_line(finding)).second)
        warn(options, one_line(finding));
  };
  look_at(plan.baseline);
  for (const Recipe& change : plan.changes) look_at(change);
}

int exit_code_of(const Comparison& comparison, const CompareOptions& options) {
  if (stop_signal() != 0) return kSignal + stop_signal();
  const auto has = [&](const auto& test) { return std::ranges::any_of(comparison.changes, test); };
  if (options.fail_if_worse && has([](const Change& change) { return change.judgement.verdict == Verdict::worse; })) {
    std::cerr << options.style_for(std::cerr).red("worse:") << " a change is worse than " << comparison.baseline.name
              << " (--fail-if-worse)\n";
    return kThreshold;
  }
  // Nothing was compared: of each change or of the baseline, no training came to an end.
  const bool none = std::ranges::all_of(comparison.changes, [](const Change& c) { return c.judgement.delta.n == 0; });
  return none ? kDiverged : kDone;
}

int run(const CompareOptions& options, std::ostream& out) {
  ComparisonPlan plan;
  plan.baseline = read_compared(options, options.baseline);
  for (const std::string& file : options.changes) plan.changes.push_back(read_compared(options, file));
  plan.metric = options.metric;
  plan.band = options.band;
  plan.seeds = options.seeds;
  plan.out = options.out;
  plan.tensorboard = options.tensorboard;
  plan.threads = options.thread_count();
  plan.command = options.command;
  plan.explain = options.explain;
  warn_once(options, plan);
  const int fewest = fewest_seeds(static_cast<int>(plan.changes.size()));
  if (plan.seeds && *plan.seeds < fewest)
    warn(options, fmt::format("--seeds {} gives no verdict: {} {} at least {} seeds", *plan.seeds, plan.changes.size(),
                              plan.changes.size() == 1 ? "change takes" : "changes take", fewest));
  watch_stop_signals();

  const Style progress_style = options.style_for(std::cerr);
  const TrainJobs train = [&](std::vector<SeedJob>& jobs, std::size_t upcoming) {
    static_cast<void>(train_seeds(jobs, options.thread_count(), options.quiet, progress_style, upcoming));
  };
  const Comparison comparison = compare(plan, {.train = train,
                                               .stopped = [] { return stop_signal() != 0; },
                                               .reading = shown_reading(options),
                                               .measured = shown_count("measuring", options)});
  if (options.json) {
    out << comparison_document(comparison).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  } else {
    out << comparison_text(comparison, options.style_for(std::cout));
  }
  return exit_code_of(comparison, options);
}

}  // namespace

Verb add_compare(CLI::App& program, std::vector<std::string> command) {
  const auto options = std::make_shared<CompareOptions>();
  options->command = std::move(command);
  CLI::App* app = program.add_subcommand("compare", "Train recipes with the same seeds and judge the differences");
  app->add_option("BASELINE", options->baseline, "Recipe (TOML) to compare with")->required()->option_text(" ");
  app->add_option("CHANGE", options->changes, "One or more recipes to judge")->required()->option_text("...");
  app->add_option("--seeds", options->seeds,
                  "Judge once, after N seeds each [after 10, 16 and 24, until it is settled]")
      ->check(CLI::Range(1, 1000))
      ->option_text("N");
  app->add_option("--metric", options->metric, "What to judge by [val_accuracy; without one, val_loss]")
      ->option_text("NAME");
  app->add_option("--band", options->band, "Differences of the metric within +-X do not matter [0.002]")
      ->check(CLI::Range(0.0, 1e9))
      ->option_text("X");
  app->add_flag("--explain", options->explain,
                "Train on, with one suspected mechanism at a time switched off: what goes with the difference");
  app->add_flag("--fail-if-worse", options->fail_if_worse, "Exit with 4 if a change is worse");
  app->add_option("--set", options->settings, "Change a setting of all recipes; may be repeated")
      ->allow_extra_args(false)
      ->option_text("PATH=VALUE");
  app->add_option("--out", options->out,
                  "Folder of the comparison [runs/TIME-compare-BASELINE]; must not exist or be empty")
      ->option_text("DIR");
  app->add_option("--tensorboard", options->tensorboard,
                  "Also log to DIR/RUN for TensorBoard; its HPARAMS tab shows what differs")
      ->check(not_empty)
      ->option_text("DIR");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [as in training]")->option_text("DIR");
  add_common_options(*app, *options,
                     "  telar compare baseline.toml batch-normalization.toml\n"
                     "  telar compare baseline.toml wider.toml deeper.toml --seeds 8 --json\n"
                     "  telar compare baseline.toml batch-normalization.toml --seeds 8 --explain\n"
                     "  telar compare baseline.toml faster.toml --metric val_loss --band 0.01 --fail-if-worse\n"
                     "Trainings go into runs/, and finished ones in it are used again.");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
