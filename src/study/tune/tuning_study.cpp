#include "study/tune/tuning_study.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "base/number_text.hpp"
#include "study/comparable.hpp"
#include "study/environment.hpp"
#include "study/new_folder.hpp"
#include "study/recipe_places.hpp"
#include "study/recipe_text.hpp"
#include "study/recipe_values.hpp"
#include "study/run_index.hpp"
#include "study/run_lock.hpp"
#include "study/run_store.hpp"
#include "study/tune/trial_journal.hpp"
#include "tune/halving.hpp"
#include "tune/ranking.hpp"
#include "tune/space.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr double kSearchShare = 0.6;    // of a budget of seconds
constexpr double kChoosingShare = 0.5;  // of what is left then
constexpr std::size_t kMostFinalists = 3;
constexpr int kChoosingSeeds = 2;  // one, where there is no time for two
constexpr int kProvingSeeds = 8;
constexpr int kProvingSeedsWithoutTime = 6;  // the fewest that can give a verdict

using Clock = std::chrono::steady_clock;

/// One study on its way.
class TuningWork {
 public:
  TuningWork(const TuningPlan& plan, const TuningHooks& hooks)
      : plan_(plan), hooks_(hooks), base_(plan.search.base()), data_(load_data(base_, {}, hooks.compare.reading)) {
    check();
  }

  TuningStudy run() {
    const NewFolder folder = open_folder();
    const RunLock lock(folder.path);
    study_.directory = folder.path;
    try {
      if (plan_.resume) seen_ = read_earlier(folder.path);
      search();
      choose();
      prove();
      finish();
    } catch (...) {
      folder.remove_empty();
      throw;
    }
    return std::move(study_);
  }

 private:
  [[nodiscard]] double elapsed() const {
    return seen_.seconds + std::chrono::duration<double>(Clock::now() - start_).count();
  }
  [[nodiscard]] double seconds_left() const { return plan_.seconds ? *plan_.seconds - elapsed() : 1e9; }

  void check() {
    std::vector<std::string> objectives = plan_.search.settings().objectives;
    if (objectives.empty()) objectives.push_back(common_metric({base_}, one_data(), ""));
    const std::string& first = objectives.front();
    const auto usage = [&](const std::string& message, const std::string& hint) {
      throw Error(ErrorCode::usage, plan_.search.place("objectives"), message, hint);
    };
    try {
      static_cast<void>(Objectives(objectives));
    } catch (const Error& error) {
      usage(error.message(), error.hint());
    }
    if (!first.starts_with("val_"))
      usage("\"" + first + "\" is not measured on validation data", "a search chooses by val_accuracy, val_loss, ...");
    static_cast<void>(common_metric({base_}, one_data(), first));
    static_cast<void>(training_of(plan_.search.first(), 0));
    for (const SearchPoint& point : plan_.search.edges()) {
      const Recipe edge = plan_.search.recipe_at(point, data_.train.size(), base_.name);
      check_same_samples(base_, edge);
      std::vector<RecipeData> twice = one_data();
      twice.push_back(data_);
      static_cast<void>(common_metric({base_, edge}, twice, first));  // builds both
    }
    study_.objectives = objectives;
    study_.more_is_better = more_is_better(first);
    const Halving ladder(base_.fit.epochs, plan_.search.settings().eta, plan_.search.settings().min_epochs);
    for (int rung = 0; rung < ladder.rungs(); ++rung) study_.rungs.push_back(ladder.epochs_at(rung, base_.fit.epochs));
  }

  [[nodiscard]] std::vector<RecipeData> one_data() const {
    std::vector<RecipeData> data;
    data.push_back(data_);
    return data;
  }

  NewFolder open_folder() {
    if (!plan_.resume)
      return plan_.out.empty()
                 ? NewFolder::in(plan_.store, "tune-" + base_.name, "folder", std::chrono::system_clock::now())
                 : NewFolder::at(plan_.out, "folder");
    const fs::path folder = plan_.out.empty() ? newest_unfinished() : plan_.out;
    static_cast<void>(read_journal(folder));  // there is one
    return {folder, {}};
  }

  /// What the study has seen, if it is one of this search.
  [[nodiscard]] SeenSearch read_earlier(const fs::path& folder) const {
    SeenSearch seen = read_journal(folder, true);
    if (seen.search_sha256 != plan_.search.sha256())
      throw Error(ErrorCode::usage, folder.string(),
                  "this study is of another search than " + base_.file.string() + " as it is now",
                  "begin a new one, without --resume");
    const SearchSpace space(plan_.search.space());
    for (const Trial& trial : seen.trials) {
      const auto refuse = [&](const std::string& why) {
        throw Error(ErrorCode::data, (folder / "trials.jsonl").string(),
                    "trial " + std::to_string(trial.number) + " is none of this search: " + why,
                    "begin a new study, without --resume");
      };
      const auto rungs = static_cast<int>(study_.rungs.size());
      if (trial.first_rung < 0 || trial.first_rung >= rungs) refuse("there is no such first rung");
      for (const TrialRung& rung : trial.rungs)
        if (rung.rung >= rungs || (!rung.values.empty() && rung.values.size() != study_.objectives.size()))
          refuse("a rung that the search does not have");
      if (trial.number == 0) continue;  // the recipe itself, wherever it is
      const Coordinates at = space.coordinates(trial.point);
      for (const auto& [name, value] : trial.point.values) {
        const auto known = std::ranges::find(plan_.search.space(), name, &SearchParameter::name);
        if (known == plan_.search.space().end() ||
            std::isnan(at[static_cast<std::size_t>(known - plan_.search.space().begin())]))
          refuse("it has a value of " + name + " that is outside the space");
      }
      if (!trial.rungs.empty() && trial.rungs.back().epochs > recipe_of(trial).fit.epochs)
        refuse("it trained longer than its recipe");
    }
    return seen;
  }

  static bool is_unfinished(const Json& document) {
    return !document.contains("ended") || document["ended"] == "interrupted";
  }

  [[nodiscard]] fs::path newest_unfinished() const {
    std::vector<fs::path> folders;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(plan_.store, none))
      if (fs::exists(entry.path() / "trials.jsonl", none) &&
          is_unfinished(read_document(entry.path() / "tuning.json")) && !is_being_trained(entry.path()))
        folders.push_back(entry.path());
    std::ranges::sort(folders, std::greater<>());
    for (const fs::path& folder : folders) try {
        if (read_journal(folder).search_sha256 == plan_.search.sha256()) return folder;
      } catch (const Error&) {  // a damaged one is not what to go on from
      }
    throw Error(ErrorCode::usage, plan_.store.string(), "there is no unfinished study of " + base_.file.string(),
                "begin one without --resume, or name its folder with --out");
  }

  [[nodiscard]] Recipe recipe_of(const Trial& trial) const {
    if (trial.number == 0) return base_;
    return plan_.search.recipe_at(trial.point, data_.train.size(), "trial-" + std::to_string(trial.number));
  }

  /// What a callback would write has no place in a search.
  static bool writes_files(const Callback& callback) {
    if (callback.stock() == nullptr) return false;
    return std::visit(
        [](const auto& c) {
          using C = std::remove_cvref_t<decltype(c)>;
          return std::is_same_v<C, ProgressBar> || std::is_same_v<C, ModelCheckpoint> || std::is_same_v<C, CSVLogger> ||
                 std::is_same_v<C, BackupAndRestore> || std::is_same_v<C, TensorBoard>;
        },
        *callback.stock());
  }

  [[nodiscard]] TrialTraining training_of(const SearchPoint& point, int number) const {
    const Recipe recipe = recipe_of(Trial{.number = number, .point = point});
    Sequential model = build_model(recipe, data_.train);
    start_from(recipe, model);
    FitOptions fit = fit_options(recipe, data_);
    std::erase_if(fit.callbacks, writes_files);
    return {std::move(model), data_.train, std::move(fit)};
  }

  void search() {
    const SearchSettings& settings = plan_.search.settings();
    TrialJournal journal(study_.directory, plan_.search.sha256());
    std::map<int, Trial> last;
    for (const Trial& trial : seen_.trials) last.emplace(trial.number, trial);
    TuneOptions options{.objectives = study_.objectives,
                        .trials = plan_.trials,
                        .max_latency = settings.max_latency,
                        .sampler = settings.sampler,
                        .eta = settings.eta,
                        .min_epochs = settings.min_epochs,
                        .workers = plan_.workers,
                        .seed = base_.seed,
                        .first = plan_.search.first(),
                        .earlier = seen_.trials,
                        .earlier_seconds = seen_.seconds,
                        .stopped = hooks_.compare.stopped};
    if (plan_.seconds) options.seconds = kSearchShare * *plan_.seconds;
    if (settings.max_weights) options.max_weights = *settings.max_weights;
    const double sign = study_.more_is_better ? -1 : 1;
    std::set<std::pair<double, int>> order;  // of those with an estimate, the best first
    for (const auto& [number, trial] : last)
      if (!trial.estimate.empty()) order.emplace(sign * trial.estimate.front(), number);
    const auto best_of = [&] { return order.empty() ? nullptr : &last.at(order.begin()->second); };
    options.on_change = [&](const Trial& trial) {
      journal.write(trial, elapsed());
      Trial& kept = last[trial.number];
      if (!kept.estimate.empty()) order.erase({sign * kept.estimate.front(), trial.number});
      kept = trial;
      if (!kept.estimate.empty()) order.emplace(sign * kept.estimate.front(), trial.number);
      if (hooks_.progress) hooks_.progress({kept, best_of(), elapsed(), options.seconds.value_or(0)});
    };
    // What choosing and proving took before it was cut off is not known; searching is not begun again for it.
    if (seen_.search_ended && options.seconds) options.seconds = std::min(*options.seconds, seen_.seconds);
    study_.tuning = tune(
        plan_.search.space(), [this](const SearchPoint& point, int number) { return training_of(point, number); },
        options);
    if (!hooks_.compare.stopped()) journal.end_search(elapsed());
    study_.ended = hooks_.compare.stopped()                                       ? TuningStudy::Ended::interrupted
                   : study_.tuning.exhausted                                      ? TuningStudy::Ended::space
                   : options.seconds && study_.tuning.seconds >= *options.seconds ? TuningStudy::Ended::budget
                                                                                  : TuningStudy::Ended::trials;
  }

  // ---- the best few on seeds that the search did not use ----

  /// Seconds on one core that a trial takes in full, validations and readings included.
  [[nodiscard]] double full_seconds(int number) const {
    const Trial& trial = study_.tuning.trials[static_cast<std::size_t>(number)];
    double seconds = 0;
    int epochs = 0;
    for (const TrialRung& rung : trial.rungs) {
      seconds += rung.seconds;
      epochs = rung.epochs;
    }
    constexpr double kOverhead = 1.15;
    return epochs == 0 ? 0 : kOverhead * seconds / epochs * recipe_of(trial).fit.epochs;
  }

  void choose() {
    if (study_.ended == TuningStudy::Ended::interrupted) return;
    std::vector<int> candidates;
    std::set<std::string> same{recipe_sha256(base_)};  // the default: the proof trains it
    for (const std::size_t trial : study_.tuning.ranking) {
      if (candidates.size() == kMostFinalists) break;
      if (same.insert(recipe_sha256(recipe_of(study_.tuning.trials[trial]))).second)
        candidates.push_back(static_cast<int>(trial));
    }
    if (candidates.empty()) return;
    std::vector<double> seconds;
    for (const int trial : candidates) seconds.push_back(full_seconds(trial));
    const ChoosingPlan choosing = plan_choosing(seconds, kChoosingShare * seconds_left() * plan_.workers);
    if (choosing.finalists > 0) {
      candidates.resize(choosing.finalists);
      train_finalists(candidates, choosing.seeds);
    } else {
      study_.finalists.push_back({candidates.front()});
    }
    if (hooks_.compare.stopped()) {
      study_.ended = TuningStudy::Ended::interrupted;
      return;
    }
    if (study_.finalists.empty()) return;
    study_.best = study_.finalists.front().trial;
    study_.best_recipe = recipe_of(study_.tuning.trials[static_cast<std::size_t>(*study_.best)]);
    study_.best_recipe.name = "best";
    study_.differences = compare_recipes(base_, study_.best_recipe);
    write_file(study_.directory / "best.toml", "# Found by `telar tune` from " + base_.file.filename().string() +
                                                   ": trial " + std::to_string(*study_.best) +
                                                   ". What is left out is at its default.\n" +
                                                   to_short_toml(study_.best_recipe));
    study_.best_recipe.file = study_.directory / "best.toml";
  }

  void train_finalists(const std::vector<int>& candidates, int seeds) {
    const fs::path store = study_.directory / "runs";
    const Json document = data_document(data_);
    std::vector<SeedJob> jobs;
    std::map<std::string, RunEntry> known;
    for (RunEntry& run : list_runs(store))
      if (run.state == RunEntry::State::ended && run.ended != to_string(Ended::interrupted) && !run.key.empty())
        known.emplace(run.key, std::move(run));
    std::vector<std::pair<std::size_t, FinalistRun>> runs;
    for (int s = 1; s <= seeds; ++s)
      for (std::size_t c = 0; c < candidates.size(); ++c) {
        Recipe recipe = recipe_of(study_.tuning.trials[static_cast<std::size_t>(candidates[c])]);
        recipe.seed = base_.seed + static_cast<std::uint64_t>(s);
        RecipeData data = base_.data.validation.by_seed() ? load_data(recipe, {}, hooks_.compare.reading) : data_;
        const Json environment = environment_document(
            recipe, 1, base_.data.validation.by_seed() ? data_document(data) : document, plan_.command);
        if (const auto found = known.find(run_key(environment)); found != known.end()) {
          runs.emplace_back(c, FinalistRun{recipe.seed, 0, found->second.path});
          continue;
        }
        RunFolder folder = RunFolder::in(store, recipe.name, recipe.seed);
        folder.write_recipe(recipe);
        folder.write_environment(environment);
        runs.emplace_back(c, FinalistRun{recipe.seed, 0, folder.path()});
        jobs.push_back(SeedJob{std::move(recipe), std::move(data), std::move(folder), {}, false});
      }
    if (!jobs.empty()) hooks_.compare.train(jobs, 0);
    jobs.clear();  // their folders are closed
    for (const int candidate : candidates) study_.finalists.push_back({candidate});
    for (auto& [c, run] : runs) {
      const std::optional<RunEntry> entry = read_run(run.directory);
      const std::optional<double> value =
          entry ? score_of(*entry, "validation", study_.objectives.front().substr(4)) : std::nullopt;
      if (value) {
        run.value = *value;
        study_.finalists[c].runs.push_back(run);
      } else if (!hooks_.compare.stopped()) {
        study_.problems.push_back("Trial " + std::to_string(candidates[c]) + " did not come to an end with seed " +
                                  std::to_string(run.seed) + ".");
      }
    }
    for (Finalist& finalist : study_.finalists) {
      std::vector<double> values;
      for (const FinalistRun& run : finalist.runs) values.push_back(run.value);
      finalist.summary = summarize(values);
    }
    std::erase_if(study_.finalists, [](const Finalist& f) { return f.runs.empty(); });
    std::ranges::stable_sort(study_.finalists, [this](const Finalist& a, const Finalist& b) {
      if (a.runs.size() != b.runs.size()) return a.runs.size() > b.runs.size();  // one that failed is no choice
      return study_.more_is_better ? a.summary.mean > b.summary.mean : a.summary.mean < b.summary.mean;
    });
  }

  // ---- the chosen one beside the default ----

  void prove() {
    if (!study_.best || study_.differences.empty()) return;
    int seeds = kProvingSeedsWithoutTime;
    if (plan_.seconds) {
      const double pair = full_seconds(0) + full_seconds(*study_.best);
      const double rounds = seconds_left() * plan_.workers / std::max(pair, 1e-3);
      seeds = static_cast<int>(std::clamp(rounds, 1.0, static_cast<double>(kProvingSeeds)));
    }
    ComparisonPlan comparison{.baseline = base_,
                              .changes = {study_.best_recipe},
                              .metric = study_.objectives.front(),
                              .seeds = seeds,
                              .store = study_.directory / "runs",
                              .out = study_.directory / "proof",
                              .threads = plan_.workers,
                              .command = plan_.command};
    comparison.baseline.name = "default";
    comparison.baseline.seed = base_.seed + 1 + kChoosingSeeds;
    std::error_code ignored;
    fs::remove_all(comparison.out, ignored);  // of a study that was cut off in the midst of it
    study_.proof = compare(comparison, hooks_.compare);
    if (study_.proof->changes.front().judgement.verdict == Verdict::worse)
      study_.problems.push_back("On fresh seeds it is worse than the default: keep the default.");
    if (study_.proof->interrupted) study_.ended = TuningStudy::Ended::interrupted;
  }

  void finish() {
    study_.seconds = elapsed();
    write_file(study_.directory / "tuning.json",
               tuning_document(plan_, study_).dump(1, '\t', false, Json::error_handler_t::replace) + "\n");
  }

  const TuningPlan& plan_;
  const TuningHooks& hooks_;
  const Recipe& base_;
  RecipeData data_;
  Clock::time_point start_ = Clock::now();
  SeenSearch seen_;
  TuningStudy study_;
};

}  // namespace

ChoosingPlan plan_choosing(std::span<const double> full_seconds, double seconds) {
  for (int seeds = kChoosingSeeds; seeds > 0; --seeds) {
    std::size_t count = 0;
    for (double spent = 0; count < full_seconds.size(); ++count)
      if ((spent += seeds * full_seconds[count]) > seconds) break;
    if (count > 1 || (count > 0 && count == full_seconds.size())) return {count, seeds};
  }
  return {};
}

TuningStudy run_tuning(const TuningPlan& plan, const TuningHooks& hooks) { return TuningWork(plan, hooks).run(); }

}  // namespace telar
