#include "study/report/gather.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include <telar/error.hpp>

#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "study/lint.hpp"
#include "study/recipe_text.hpp"
#include "study/report/judged_study.hpp"
#include "study/report/layer_spread.hpp"
#include "study/report/network_view.hpp"
#include "study/report/recipe_diff.hpp"
#include "study/report/view.hpp"
#include "study/run_store.hpp"
#include "study/stored_result.hpp"

namespace telar {

namespace {

namespace fs = std::filesystem;

constexpr const char* kStudyFile = "comparison.json";

/// The run folders that a folder is, or holds, in the order of their names.
std::vector<fs::path> runs_in(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "recipe.toml", error)) return {folder};
  std::vector<fs::path> runs;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (fs::exists(entry.path() / "recipe.toml", error)) runs.push_back(entry.path());
  std::ranges::sort(runs);
  return runs;
}

/// What a recipe is besides its seed and the place of its data: equal for runs of the same experiment.
Recipe without_seed(Recipe recipe) {
  recipe.seed = 0;
  recipe.data.directory.clear();
  return recipe;
}

std::string hash_of_recipe(const Recipe& recipe) {
  const std::string text = to_toml(without_seed(recipe));
  return sha256(std::as_bytes(std::span(text)));
}

/// The fingerprint of the samples that a run was tested on, which are the same for all seeds; empty if it is not told.
std::string tested_on(const fs::path& folder) {
  const Json environment = read_document(folder / "environment.json");
  const Json& value = json_at(environment, {"data", "test", "sha256"});
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string unused_name(const std::string& name, const std::vector<RecipeRuns>& recipes) {
  std::string fresh = name;
  const auto taken = [&] { return std::ranges::find(recipes, fresh, &RecipeRuns::name) != recipes.end(); };
  for (int i = 2; taken(); ++i) fresh = fmt::format("{} ({})", name, i);
  return fresh;
}

void add_run(const fs::path& folder, std::vector<RecipeRuns>& recipes) {
  const Recipe recipe = recipe_of_run(folder);
  const std::string hash = hash_of_recipe(recipe), samples = tested_on(folder);
  auto same = std::ranges::find_if(
      recipes, [&](const RecipeRuns& known) { return known.hash == hash && known.tested_on == samples; });
  if (same == recipes.end()) {
    RecipeRuns fresh;
    fresh.name = unused_name(shown(recipe.name), recipes);
    fresh.hash = hash;
    fresh.tested_on = samples;
    same = recipes.insert(recipes.end(), std::move(fresh));
  }
  TrainResult run = read_result(folder);
  // The same training twice says nothing more about the seeds.
  const bool again = std::ranges::any_of(same->runs, [&run](const TrainResult& known) {
    return known.seed == run.seed && known.weights_sha256 == run.weights_sha256;
  });
  if (!again) same->runs.push_back(std::move(run));
}

/// A study and those of its runs that are still there.
void add_study(const fs::path& file, ReportContent& content) {
  content.study = read_study(read_document(file), file.string());
  std::size_t missing = 0;
  for (const fs::path& told : content.study->runs) {
    // Where the study says, or beside the study, if both were moved.
    const fs::path moved = fs::absolute(file).parent_path().parent_path() / told.filename();
    std::error_code error;
    const auto there = [&error](const fs::path& run) { return fs::exists(run / "recipe.toml", error); };
    if (there(told) || there(moved))
      add_run(there(told) ? told : moved, content.recipes);
    else
      ++missing;
  }
  std::ranges::move(notices_of(*content.study), std::back_inserter(content.notices));
  if (missing > 0)
    content.notices.push_back(
        fmt::format("{} of the study's {} runs are not here, so that only its verdicts are shown of them.", missing,
                    content.study->runs.size()));
}

std::optional<Score> pool(std::span<const TrainResult> runs) {
  std::optional<Score> all;
  for (const TrainResult& run : runs) {
    if (!run.test || run.test->classes == 0) continue;
    if (!all) {
      all.emplace();
      all->classes = run.test->classes;
      all->confusion.resize(run.test->confusion.size());
    }
    if (run.test->classes != all->classes) continue;
    for (std::size_t i = 0; i < all->confusion.size(); ++i) all->confusion[i] += run.test->confusion[i];
    all->samples += run.test->samples;
  }
  return all;
}

/// Everything that follows from the runs.
void complete(RecipeRuns& recipe, std::vector<std::string>& notices) {
  std::ranges::stable_sort(recipe.runs, {}, &TrainResult::seed);
  const fs::path& first = recipe.runs.front().run_dir;
  recipe.recipe = recipe_of_run(first);
  recipe.environment = read_document(first / "environment.json");
  recipe.summary = summarize_runs(recipe.runs);
  recipe.curves = curves_of(recipe.runs);
  for (const TrainResult& run : recipe.runs) std::ranges::move(events_of(run), std::back_inserter(recipe.events));
  recipe.pooled = pool(recipe.runs);
  std::vector<Measures> measures;
  for (const TrainResult& run : recipe.runs)
    if (std::optional<Measures> of_run = read_measures(run.run_dir)) measures.push_back(std::move(*of_run));
  recipe.layers = spread_of_layers(measures);

  const auto broken = std::ranges::count_if(recipe.runs, [](const TrainResult& run) {
    return run.history.ended == Ended::interrupted || run.history.ended == Ended::diverged;
  });
  if (broken > 0)
    notices.push_back(fmt::format("{}: {} of {} trainings broke off, and its scores are without {}.", recipe.name,
                                  broken, recipe.runs.size(), broken == 1 ? "it" : "them"));
  for (const Finding& finding : lint(recipe.recipe)) {
    if (finding.severity != Finding::Severity::warning) continue;
    recipe.warnings.push_back(finding.message);
    notices.push_back(printable(recipe.name + ": " + finding.message + "."));
  }
}

/// Equal texts for recipes that load the same data.
std::string where_data_are(const Recipe& recipe) {
  Recipe data;
  data.data = recipe.data;
  data.seed = recipe.seed;                  // decides random splits
  data.compile.loss = recipe.compile.loss;  // decides what labels become
  return to_toml(data);
}

void look_at_networks(std::vector<RecipeRuns>& recipes, const ReportSettings& settings) {
  std::string loaded;
  std::optional<RecipeData> data;
  for (RecipeRuns& recipe : recipes) {
    const auto good = std::ranges::find_if(recipe.runs, [](const TrainResult& run) { return run.test.has_value(); });
    const TrainResult& run = good == recipe.runs.end() ? recipe.runs.front() : *good;
    recipe.network.seed = run.seed;
    try {
      if (const std::string wanted = where_data_are(recipe.recipe); !data || wanted != loaded) {
        data = load_data(recipe.recipe, settings.data_dir, settings.reading);
        loaded = wanted;
      }
      recipe.network = view_network(run, recipe.recipe, *data, recipe.environment, settings.threads);
      if (recipe.layers.empty()) {
        Measures seen;
        seen.layers = recipe.network.layers;
        recipe.layers = spread_of_layers({&seen, 1});
      }
    } catch (const Error& error) {
      recipe.network.problem = printable(error.message());
    }
  }
}

/// Whether two environments tell of different samples of a set.
bool other_samples(const Json& a, const Json& b, const char* set) {
  const auto hash = [set](const Json& environment) {
    const Json& value = json_at(environment, {"data", set, "sha256"});
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  return !hash(a).empty() && !hash(b).empty() && hash(a) != hash(b);
}

/// "validation.accuracy", or the first of these that both recipes have.
std::string common_quantity(const RecipeRuns& a, const RecipeRuns& b) {
  for (const char* quantity : {"validation.accuracy", "test.accuracy", "validation.loss", "test.loss"})
    if (summary_of(a, quantity) && summary_of(b, quantity)) return quantity;
  return {};
}

void compare_recipes(ReportContent& content) {
  for (std::size_t i = 1; i < content.recipes.size(); ++i) {
    const RecipeRuns &first = content.recipes.front(), &other = content.recipes[i];
    Difference difference;
    difference.recipe = other.name;
    difference.lines = line_diff(to_short_toml(without_seed(first.recipe)), to_short_toml(without_seed(other.recipe)));
    difference.quantity = common_quantity(first, other);
    difference.paired = paired_difference(other, first, difference.quantity);
    content.differences.push_back(std::move(difference));
    for (const char* set : {"train", "validation", "test"})
      if (other_samples(first.environment, other.environment, set)) {
        content.notices.push_back(
            fmt::format("{} and {} were not given the same {} samples, so their numbers cannot be compared.",
                        first.name, other.name, set == std::string_view("train") ? "training" : set));
        break;
      }
  }
}

}  // namespace

std::vector<LearningCurve> curves_of(std::span<const TrainResult> runs) {
  std::set<std::string> names;
  std::size_t epochs = 0;
  for (const TrainResult& run : runs) {
    for (const std::string& name : run.history.names()) names.insert(name);
    epochs = std::max(epochs, run.history.epochs.size());
  }
  std::vector<LearningCurve> curves;
  for (const std::string& name : names) {
    LearningCurve curve{name, {}};
    for (std::size_t e = 0; e < epochs; ++e) {
      std::vector<double> values;
      for (const TrainResult& run : runs) {
        if (e >= run.history.epochs.size()) continue;
        const std::optional<double> value = run.history.epochs[e].get(name);
        if (value && std::isfinite(*value)) values.push_back(*value);
      }
      if (values.empty()) continue;
      const auto [low, high] = std::ranges::minmax(values);
      curve.points.push_back({static_cast<int>(e) + 1, summarize(values).mean, low, high});
    }
    if (!curve.points.empty()) curves.push_back(std::move(curve));
  }
  std::stable_partition(curves.begin(), curves.end(),
                        [](const LearningCurve& curve) { return curve.quantity != "learning_rate"; });
  return curves;
}

std::vector<TrainingEvent> events_of(const TrainResult& run) {
  std::vector<TrainingEvent> events;
  const std::vector<double> rates = run.history["learning_rate"];
  for (std::size_t e = 1; e < rates.size(); ++e) {
    if (!std::isfinite(rates[e]) || !std::isfinite(rates[e - 1]) || rates[e] == rates[e - 1]) continue;
    events.push_back(
        {run.seed, static_cast<int>(e) + 1, fmt::format("learning rate {:.3g} → {:.3g}", rates[e - 1], rates[e])});
  }
  const std::vector<double> losses = run.history["val_loss"];
  const auto finite_less = [](double a, double b) { return std::isfinite(a) && !(a >= b); };
  const auto best = std::ranges::min_element(losses, finite_less);
  if (best != losses.end() && std::isfinite(*best))
    events.push_back(
        {run.seed, static_cast<int>(best - losses.begin()) + 1, fmt::format("lowest val_loss, {:.4f}", *best)});
  if (run.history.ended != Ended::completed) {
    std::string how = to_string(run.history.ended);
    std::ranges::replace(how, '_', ' ');
    const auto epoch = static_cast<int>(run.history.epochs.size());
    events.push_back({run.seed, epoch, run.history.reason.empty() ? how : how + ": " + run.history.reason});
  }
  std::ranges::stable_sort(events, {}, &TrainingEvent::epoch);
  return events;
}

Summary paired_difference(const RecipeRuns& recipe, const RecipeRuns& first, const std::string& quantity) {
  std::map<std::uint64_t, double> theirs;
  for (const TrainResult& run : first.runs)
    if (const Estimate* reading = reading_of(run, quantity)) theirs.emplace(run.seed, reading->value);
  std::vector<double> differences;
  for (const TrainResult& run : recipe.runs) {
    const auto pair = theirs.find(run.seed);
    const Estimate* reading = reading_of(run, quantity);
    if (pair == theirs.end() || !reading) continue;
    const double difference = reading->value - pair->second;
    if (std::isfinite(difference)) differences.push_back(difference);
  }
  return summarize(differences);
}

ReportContent gather_report(const std::vector<fs::path>& subjects, const ReportSettings& settings) {
  ReportContent content;
  for (const fs::path& subject : subjects) {
    std::error_code error;
    const bool folder = fs::is_directory(subject, error);
    const fs::path study = folder ? subject / kStudyFile : subject;
    const std::vector<fs::path> runs = folder ? runs_in(subject) : std::vector<fs::path>();
    if (fs::is_regular_file(study, error)) {
      if (content.study) throw Error(ErrorCode::usage, subject.string(), "a second study", "a report is of one study");
      add_study(study, content);
    } else if (runs.empty()) {
      throw Error(ErrorCode::data, subject.string(),
                  folder ? "neither a run folder nor a study" : "there is no such run folder or study",
                  "name the folder that `telar train` printed");
    }
    for (const fs::path& run : runs) add_run(run, content.recipes);
  }
  for (RecipeRuns& recipe : content.recipes) complete(recipe, content.notices);
  compare_recipes(content);
  look_at_networks(content.recipes, settings);
  return content;
}

}  // namespace telar
