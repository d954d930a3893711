#include "study/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "base/bootstrap.hpp"
#include "base/side_by_side.hpp"
#include "study/comparable.hpp"
#include "study/compared_samples.hpp"
#include "study/environment.hpp"
#include "study/new_folder.hpp"
#include "study/run_index.hpp"
#include "study/run_store.hpp"
#include "study/stored_result.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr CheckpointPace kComparisonPace{.seconds = 30};

/// One comparison on its way from the plan to its document.
class Work {
 public:
  Work(const ComparisonPlan& plan, const ComparisonHooks& hooks)
      : plan_(plan), hooks_(hooks), recipes_{plan.baseline}, samples_(recipes_, hooks.reading) {
    recipes_.insert(recipes_.end(), plan.changes.begin(), plan.changes.end());
    for (Recipe& recipe : recipes_) recipe.seed = plan.baseline.seed;
    prepare();
  }

  Comparison run() {
    const NewFolder folder = plan_.out.empty() ? NewFolder::in(plan_.store, "compare-" + plan_.baseline.name, "folder",
                                                               std::chrono::system_clock::now())
                                               : NewFolder::at(plan_.out, "folder");
    try {
      comparison_.directory = folder.path;
      if (!plan_.tensorboard.empty()) open_board(folder.path);
      make_looks();
      if (!comparison_.interrupted) explain_changes();
      if (!comparison_.interrupted) read_test_sets();
      write_file(folder.path / "comparison.json",
                 comparison_document(comparison_).dump(1, '\t', false, Json::error_handler_t::replace) + "\n");
    } catch (...) {
      folder.remove_empty();
      throw;
    }
    return std::move(comparison_);
  }

 private:
  ComparedRecipe& compared(std::size_t recipe) {
    return recipe == 0 ? comparison_.baseline : comparison_.changes[recipe - 1].recipe;
  }

  void prepare() {
    for (const Recipe& change : plan_.changes) check_same_samples(plan_.baseline, change);
    std::vector<RecipeData> data;
    for (std::size_t i = 0; i < recipes_.size(); ++i) {
      data.push_back(samples_.of(i, recipes_[i].seed).data);
      if (i > 0 && recipes_[i].data.directory != plan_.baseline.data.directory)
        check_same_samples(recipes_.front(), data.front(), recipes_[i], data[i]);
    }
    comparison_.metric = common_metric(recipes_, data, plan_.metric);
    comparison_.more_is_better = more_is_better(comparison_.metric);
    comparison_.band = plan_.band;
    comparison_.looks = planned_looks(plan_.seeds);
    comparison_.changes.resize(plan_.changes.size());
    for (std::size_t i = 0; i < recipes_.size(); ++i) {
      compared(i).name = recipes_[i].name;
      compared(i).file = recipes_[i].file.string();
      compared(i).watchers = validation_watchers(recipes_[i]);
      if (i > 0) comparison_.changes[i - 1].differences = compare_recipes(recipes_.front(), recipes_[i]);
    }
    for (RunEntry& run : list_runs(plan_.store)) {
      std::string key = run.key;
      if (!key.empty()) store_.emplace(std::move(key), std::move(run));
    }
  }

  /// Tells TensorBoard what there will be to see.
  void open_board(const fs::path& folder) {
    hparams_ = hparams_of(recipes_);
    const std::string quantity = comparison_.metric.substr(4);
    std::vector<std::string> quantities{"val_" + quantity, "test_" + quantity};
    if (quantity != "loss") quantities.insert(quantities.end(), {"val_loss", "test_loss"});
    write_experiment(plan_.tensorboard, (folder / "").parent_path().filename().string(), hparams_, quantities);
  }

  /// Where a run logs to; absent if nothing is to be logged.
  [[nodiscard]] std::optional<BoardLog> board_of(std::size_t recipe, const fs::path& run) const {
    if (recipe >= hparams_.size()) return {};  // nobody asked for it, or a variant that explains
    return BoardLog{plan_.tensorboard / run.filename(), hparams_[recipe]};
  }

  /// Trains and judges until all is settled, the looks are over, or the user stops it.
  void make_looks() {
    Judge judge(comparison_.looks, static_cast<int>(comparison_.changes.size()), comparison_.band);
    for (std::size_t look = 0; look < comparison_.looks.size() && !judge.all_settled(); ++look) {
      if (!bring_to(comparison_.looks[look].seeds, judge)) {
        comparison_.interrupted = true;
        judge.describe(paired_results());
        break;
      }
      judge.judge(look, paired_results());
      comparison_.looks_made = look + 1;
    }
    const std::vector<PairedResults> results = paired_results();
    for (std::size_t i = 0; i < comparison_.changes.size(); ++i) {
      Change& change = comparison_.changes[i];
      change.judgement = judge.judgements()[i];
      if (!judge.settled(i))
        change.seeds_needed =
            seeds_needed(change.judgement, comparison_.band, static_cast<int>(comparison_.changes.size()));
      std::vector<double> differences = results[i].differences;
      if (differences.size() < kSeedsForBootstrap) continue;
      if (!comparison_.more_is_better) std::ranges::transform(differences, differences.begin(), std::negate());
      change.bootstrap = bca_interval(differences);
    }
    if (comparison_.interrupted) forget_what_never_began();
  }

  /// Until the baseline and what is not settled have so many finished seeds each. False if the user stopped it.
  bool bring_to(int seeds, const Judge& judge) {
    std::vector<SeedJob> jobs;
    std::vector<ComparedRun*> trained;
    std::size_t going = 0;
    for (std::size_t r = 0; r < recipes_.size(); ++r) {
      if (r > 0 && judge.settled(r - 1)) continue;
      ++going;
      compared(r).runs.reserve(static_cast<std::size_t>(comparison_.looks.back().seeds));
    }
    // Seed by seed, so that what a signal leaves are pairs.
    for (int s = static_cast<int>(comparison_.baseline.runs.size()); s < seeds; ++s)
      for (std::size_t r = 0; r < recipes_.size(); ++r) {
        if (r > 0 && judge.settled(r - 1)) continue;
        if (hooks_.stopped()) return false;
        ComparedRun& run = compared(r).runs.emplace_back();
        run.seed = recipes_.front().seed + static_cast<std::uint64_t>(s);
        if (std::optional<SeedJob> job = find_or_plan(r, run)) {
          job->measure = true;
          jobs.push_back(std::move(*job));
          trained.push_back(&run);
        }
      }
    const int later = comparison_.looks.back().seeds - seeds;
    if (!jobs.empty()) hooks_.train(jobs, going * static_cast<std::size_t>(later));
    bool all = true;
    for (ComparedRun* run : trained) {
      if (const std::optional<RunEntry> entry = read_run(run->directory)) take(*run, *entry);
      all &= run->finished();
    }
    return all && !hooks_.stopped();
  }

  /// Runs that a signal kept from starting have left nothing.
  void forget_what_never_began() {
    for (std::size_t r = 0; r < recipes_.size(); ++r)
      std::erase_if(compared(r).runs, [](const ComparedRun& run) {
        std::error_code none;
        return !run.finished() && (run.directory.empty() || !fs::exists(run.directory, none));
      });
  }

  /// Fills the run from the store, or says what is to be trained.
  std::optional<SeedJob> find_or_plan(std::size_t recipe, ComparedRun& run) {
    Recipe one = recipes_[recipe];
    one.seed = run.seed;
    const ComparedSamples::Set& samples = samples_.of(recipe, run.seed);
    const Json environment = environment_document(one, 1, samples.document, plan_.command);
    std::optional<RunFolder> begun;
    const auto [first, last] = store_.equal_range(run_key(environment));
    for (auto known = first; known != last; ++known) {
      const RunEntry& entry = known->second;
      if (take(run, entry)) {
        run.reused = true;
        if (run.value || entry.ended == to_string(Ended::diverged)) {
          if (const auto board = board_of(recipe, run.directory))
            write_ended_run(board->folder, *board->hparams, read_train_document(entry.result));
          return {};
        }
        run = {.seed = run.seed};  // its result is damaged: it is made anew
      }
      if (begun) continue;
      if (std::optional<RunFolder> again = reopened(entry)) begun.emplace(std::move(*again));
    }
    const bool anew = !begun;
    RunFolder folder = anew ? RunFolder::in(plan_.store, one.name, one.seed) : std::move(*begun);
    if (anew) {
      folder.write_recipe(one);
      folder.write_environment(environment);
    }
    run.directory = folder.path();
    std::optional<BoardLog> board = board_of(recipe, run.directory);
    return SeedJob{std::move(one), samples.data, std::move(folder), kComparisonPace, false, false, std::move(board)};
  }

  /// A run that was cut off, with checkpoints to go on from, and that nobody is at.
  static std::optional<RunFolder> reopened(const RunEntry& entry) {
    std::error_code none;
    const bool cut_off = entry.state == RunEntry::State::unfinished || entry.ended == to_string(Ended::interrupted);
    if (!cut_off || !fs::exists(entry.path / "checkpoints", none)) return {};
    try {
      return RunFolder::again(entry.path);
    } catch (const Error&) {
      return {};
    }
  }

  /// Whether the run has ended; then its value is taken.
  bool take(ComparedRun& run, const RunEntry& entry) const {
    std::error_code none;
    if (entry.state != RunEntry::State::ended || entry.ended == to_string(Ended::interrupted)) return false;
    const bool well = entry.ended != to_string(Ended::diverged);
    // Without its network the test set cannot be read.
    if (well && !fs::exists(StoredRun{entry.path, {}}.weights(), none)) return false;
    run.directory = entry.path;
    run.ended = entry.ended;
    if (well) run.value = score_of(entry, "validation", comparison_.metric.substr(4));
    return true;
  }

  [[nodiscard]] std::vector<PairedResults> paired_results() const {
    std::vector<PairedResults> all;
    for (const Change& change : comparison_.changes) {
      PairedResults& results = all.emplace_back();
      double largest = 0;
      for (std::size_t s = 0; s < change.recipe.runs.size(); ++s) {
        const ComparedRun &run = change.recipe.runs[s], &base = comparison_.baseline.runs[s];
        if (!run.finished() || !base.finished()) continue;
        results.only_change_failed += run.failed() && !base.failed() ? 1 : 0;
        results.only_baseline_failed += base.failed() && !run.failed() ? 1 : 0;
        if (!run.value || !base.value) continue;
        results.differences.push_back(comparison_.more_is_better ? *run.value - *base.value : *base.value - *run.value);
        largest = std::max({largest, std::abs(*run.value), std::abs(*base.value)});
      }
      results.resolution = 1e-8 * largest;  // documents hold nine digits
    }
    return all;
  }

  void explain_changes() {
    std::vector<MeasuredRecipe> measured = measure_runs();
    const MeasuredRecipe baseline = std::move(measured.front());
    measured.erase(measured.begin());
    std::vector<Verdict> verdicts;
    for (const Change& change : comparison_.changes) verdicts.push_back(change.judgement.verdict);
    ExplainSettings settings{comparison_.metric, comparison_.more_is_better, comparison_.band,
                             samples_.of(0, recipes_.front().seed).data.train.size()};
    if (plan_.explain)
      settings.train = [this](const std::vector<VariantRecipe>& variants) { return train_variants(variants); };
    std::vector<Explanation> explanations = explain(baseline, measured, verdicts, settings);
    for (std::size_t c = 0; c < explanations.size(); ++c) comparison_.changes[c].why = std::move(explanations[c]);
    comparison_.interrupted = hooks_.stopped();
  }

  /// Of each recipe, baseline first: its trainings that gave a result; a damaged one is left out.
  std::vector<MeasuredRecipe> measure_runs() {
    struct Asked {
      std::size_t recipe;
      const ComparedRun* run;
      const RecipeData* data;
      std::optional<MeasuredRun> measured{};
    };
    std::vector<MeasuredRecipe> recipes;
    std::vector<Asked> asked;
    for (std::size_t r = 0; r < recipes_.size(); ++r) {
      recipes.push_back({recipes_[r]});
      for (const ComparedRun& run : compared(r).runs)
        if (run.value) asked.push_back({r, &run, &samples_.of(r, run.seed).data});
    }
    std::mutex mutex;
    std::size_t done = 0;
    const auto tell = [&](std::size_t more) {
      const std::lock_guard lock(mutex);
      done += more;
      if (hooks_.measured) hooks_.measured(done, asked.size());
    };
    // Runs rather than their steps are shared out: not all of a measurement runs on several threads.
    const int threads = std::max(1, plan_.threads / static_cast<int>(std::max<std::size_t>(1, asked.size())));
    tell(0);
    side_by_side(asked.size(), plan_.threads, [&](std::size_t i) {
      if (!hooks_.stopped())
        asked[i].measured = measure(recipes_[asked[i].recipe], *asked[i].run, *asked[i].data, threads);
      tell(1);
    });
    for (Asked& one : asked)
      if (one.measured) recipes[one.recipe].runs.push_back(std::move(*one.measured));
    return recipes;
  }

  /// Nothing if the run is damaged.
  [[nodiscard]] std::optional<MeasuredRun> measure(Recipe recipe, const ComparedRun& run, const RecipeData& data,
                                                   int threads) const {
    recipe.seed = run.seed;
    try {
      MeasuredRun measured{run.seed, *run.value, read_result(run.directory),
                           measures_of_run(run.directory, recipe, data, threads)};
      if (plan_.explain) measured.landscape = landscape_of_run(run.directory, recipe, data, threads);
      return measured;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::data) throw;
      return {};
    }
  }

  std::vector<std::vector<MeasuredRun>> train_variants(const std::vector<VariantRecipe>& variants) {
    std::vector<std::vector<ComparedRun>> runs(variants.size());
    std::vector<SeedJob> jobs;
    for (std::size_t v = 0; v < variants.size(); ++v) {
      recipes_.push_back(variants[v].recipe);
      for (const std::uint64_t seed : variants[v].seeds) {
        ComparedRun& run = runs[v].emplace_back();
        run.seed = seed;
        if (hooks_.stopped()) continue;
        if (std::optional<SeedJob> job = find_or_plan(recipes_.size() - 1, run)) jobs.push_back(std::move(*job));
      }
    }
    if (!jobs.empty()) hooks_.train(jobs, 0);
    std::vector<std::vector<MeasuredRun>> measured(variants.size());
    for (std::size_t v = 0; v < variants.size(); ++v)
      for (ComparedRun& run : runs[v]) {
        if (!run.finished())
          if (const std::optional<RunEntry> entry = read_run(run.directory)) take(run, *entry);
        if (!run.value) continue;
        try {
          measured[v].push_back({run.seed, *run.value, read_result(run.directory)});
        } catch (const Error& error) {
          if (error.code() != ErrorCode::data) throw;
        }
      }
    return measured;
  }

  void read_test_sets() {
    std::vector<std::vector<TestReading>> readings(comparison_.changes.size() + 1);
    for (std::size_t r = 0; r < readings.size(); ++r)
      for (ComparedRun& run : compared(r).runs) {
        TestReading& reading = readings[r].emplace_back();
        if (!run.value) continue;
        Recipe one = recipes_[r];
        one.seed = run.seed;
        try {
          reading = read_test_set(run.directory, one, samples_.of(r, run.seed).data, plan_.threads);
        } catch (const Error& error) {
          if (error.code() != ErrorCode::data) throw;
          // The verdict stands without it.
          comparison_.problems.push_back("The test set is not read with " + run.directory.string() + ": [" +
                                         error.where() + "] " + error.message() + ".");
          continue;
        }
        comparison_.fresh_readings += reading.fresh ? 1 : 0;
        const std::optional<RunEntry> entry = read_run(run.directory);
        if (!entry) continue;
        run.test = score_of(*entry, "test", comparison_.metric.substr(4));
        if (const auto board = board_of(r, run.directory); board && reading.fresh)
          write_test_scores(board->folder, read_train_document(entry->result));
      }
    for (std::size_t c = 0; c < comparison_.changes.size(); ++c)
      comparison_.changes[c].test = test_comparison(c + 1, readings[0], readings[c + 1]);
    const Json& test = samples_.of(0, recipes_.front().seed).document["test"];
    comparison_.readings =
        count_test_readings(plan_.store, test["sha256"], comparison_.directory.string(), comparison_.fresh_readings);
  }

  std::optional<TestComparison> test_comparison(std::size_t recipe, const std::vector<TestReading>& of_baseline,
                                                const std::vector<TestReading>& of_change) {
    const std::vector<ComparedRun>&base = comparison_.baseline.runs, &runs = compared(recipe).runs;
    TestComparison test;
    std::vector<double> differences;
    std::vector<std::int32_t> images;  // of each, at how many seeds only the change is right, less only the baseline
    double largest = 0;
    for (std::size_t s = 0; s < runs.size(); ++s) {
      if (!runs[s].test || !base[s].test) continue;
      differences.push_back(*runs[s].test - *base[s].test);
      largest = std::max({largest, std::abs(*runs[s].test), std::abs(*base[s].test)});
      const std::vector<bool> before = correct_samples(of_baseline[s], samples_.of(0, base[s].seed).data.test),
                              after = correct_samples(of_change[s], samples_.of(recipe, runs[s].seed).data.test);
      if (before.empty() || before.size() != after.size()) continue;
      TestComparison::Images& one = test.images.emplace_back();
      one.seed = runs[s].seed;
      images.resize(before.size());
      for (std::size_t i = 0; i < before.size(); ++i) {
        one.gained += after[i] && !before[i] ? 1 : 0;
        one.lost += before[i] && !after[i] ? 1 : 0;
        images[i] += static_cast<std::int32_t>(after[i]) - static_cast<std::int32_t>(before[i]);
      }
      one.p = mcnemar_test(one.lost, one.gained).mid;
    }
    if (differences.empty()) return {};
    test.delta = summarize(differences);
    test.p = sign_flip_test(differences, 1e-8 * largest).p;
    test.p_images = clustered_mcnemar_p(images);
    return test;
  }

  const ComparisonPlan& plan_;
  const ComparisonHooks& hooks_;
  std::vector<Recipe> recipes_;  // baseline first; seeds are the baseline's
  ComparedSamples samples_;
  std::multimap<std::string, RunEntry> store_;
  Comparison comparison_;
  std::vector<HParams> hparams_;  // of the recipes; empty: nobody asked for them
};

}  // namespace

Comparison compare(const ComparisonPlan& plan, const ComparisonHooks& hooks) { return Work(plan, hooks).run(); }

Summary Comparison::delta_of(const Change& change) const {
  Summary delta = change.judgement.delta;
  if (more_is_better) return delta;
  return {delta.n, -delta.mean, delta.sd, {-delta.interval.high, -delta.interval.low}};
}

}  // namespace telar
