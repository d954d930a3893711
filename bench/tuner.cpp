// A search alone, without choosing and proving: to be held against other tuners by bench/tuners/run.
//   telar_bench_tuner SEARCH --seconds 60 [--sampler tpe|quasi_random|random] [--eta N] [--seed N] [--threads N]
//   [--data-dir DIR]
// prints JSON: the best point, and when the best score rose: at any rung ("race"), and of trials in full.
// With --serve it is a trial for others to drive: a line {"name": value, ...} begins one, then for each epoch a line
// with its score is written, and "go" or "stop" is read; {"done": ...} ends it.
// With --write-data it leaves the samples that it would train and validate with, for others to train with the same.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>

#include <telar/telar.hpp>

#include "format/npz.hpp"
#include "study/tune/search_file.hpp"
#include "tune/ranking.hpp"

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const telar::SearchPoint& point) {
  Json json = Json::object();
  for (const auto& [name, value] : point.values) std::visit([&, &n = name](const auto& v) { json[n] = v; }, value);
  return json;
}

telar::SearchPoint point_of(const Json& json) {
  telar::SearchPoint point;
  for (const auto& [name, value] : json.items()) {
    if (value.is_number_integer())
      point.values[name] = value.get<int>();
    else if (value.is_number())
      point.values[name] = value.get<double>();
    else
      point.values[name] = value.get<std::string>();
  }
  return point;
}

class Bench {
 public:
  Bench(const std::string& file, const std::string& data_dir) : search_(file), data_(load(data_dir)) {}

  telar::TrialTraining training(const telar::SearchPoint& point) const {
    const telar::Recipe recipe = search_.recipe_at(point, data_.train.size(), "trial");
    telar::FitOptions fit = telar::fit_options(recipe, data_);
    fit.callbacks.clear();
    fit.training_score = false;
    return {telar::build_model(recipe, data_.train), data_.train, std::move(fit)};
  }

  void search(telar::TuneOptions options) const {
    options.objectives = search_.settings().objectives;
    if (options.objectives.empty()) options.objectives = {"val_accuracy"};
    const telar::Objectives objectives(options.objectives);
    Json race = Json::array(), race_in_full = Json::array();
    const auto rises = [&](Json& scores, const telar::TrialRung& rung) {
      if (!scores.empty() &&
          objectives.merits(rung.values)[0] <= objectives.merits(std::vector{scores.back()[1].get<double>()})[0])
        return;
      scores.push_back({rung.at, rung.values[0]});
    };
    options.on_change = [&](const telar::Trial& trial) {
      if (trial.estimate.empty()) return;
      rises(race, trial.rungs.back());
      if (trial.state == telar::Trial::State::completed) rises(race_in_full, trial.rungs.back());
    };
    const telar::Tuning found = telar::tune(
        search_.space(), [this](const telar::SearchPoint& p, int) { return training(p); }, options);
    const telar::Trial& winner = found.trials[found.ranking.front()];
    std::cout << Json{{"trials", found.trials.size()},
                      {"seconds", found.seconds},
                      {"busy_share", found.busy_share},
                      {"overhead_share", found.overhead_share},
                      {"trial", winner.number},
                      {"epochs", winner.rungs.back().epochs},
                      {"value", winner.rungs.back().values[0]},
                      {"point", json_of(winner.point)},
                      {"race", race},
                      {"race_in_full", race_in_full}}
                     .dump()
              << std::endl;
  }

  /// One trial after the other, as the lines on stdin say.
  void serve() const {
    std::cout << Json{{"ready", true}}.dump() << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
      telar::TrialTraining trial = training(point_of(Json::parse(line)));
      trial.fit.threads = 1;
      trial.fit.callbacks.push_back(telar::LambdaCallback{.on_epoch_end = [](telar::Training& t, int epoch,
                                                                             telar::Logs& logs) {
        std::cout << Json{{"epoch", epoch + 1}, {"value", logs.get("val_accuracy").value_or(0)}}.dump() << std::endl;
        std::string answer;
        if (!std::getline(std::cin, answer) || answer != "go") t.stop(telar::Ended::stopped_early, "");
      }});
      const telar::History history = trial.model.fit(trial.data, trial.fit);
      std::cout << Json{{"done", telar::to_string(history.ended)}}.dump() << std::endl;
    }
  }

  /// The validation accuracy of a point trained in full with another seed.
  void score(const Json& point, std::uint64_t seed) const {
    telar::Recipe recipe = point.empty() ? search_.base() : search_.recipe_at(point_of(point), data_.train.size(), "t");
    recipe.seed = seed;
    telar::FitOptions fit = telar::fit_options(recipe, data_);
    fit.training_score = false;
    fit.threads = 1;
    const telar::History history = telar::build_model(recipe, data_.train).fit(data_.train, fit);
    std::cout << Json{{"value", history.epochs.back().get("val_accuracy").value_or(0)}}.dump() << std::endl;
  }

  /// An archive of x_train (n, values), y_train (n), x_validation and y_validation, all float32.
  void write_data(const std::string& file) const {
    std::vector<telar::NpzArray> arrays;
    for (const auto& [name, set] : {std::pair<std::string, const telar::Dataset&>{"train", data_.train},
                                    {"validation", data_.validation.value()}}) {
      const auto rows = static_cast<int>(set.size()), width = static_cast<int>(set.sample_size());
      telar::NpzArray x{"x_" + name, {rows, width}, {}}, y{"y_" + name, {rows}, {}};
      for (std::size_t i = 0; i < set.size(); ++i) {
        std::visit(
            [&, &all = set](const auto& values) {
              const std::size_t first = all.rows()[i] * all.sample_size();
              for (std::size_t v = 0; v < all.sample_size(); ++v)
                x.values.push_back(static_cast<float>(values[first + v]));
            },
            set.storage().features);
        y.values.push_back(static_cast<float>(set.label(i)));
      }
      arrays.push_back(std::move(x));
      arrays.push_back(std::move(y));
    }
    telar::write_npz(file, arrays);
  }

 private:
  telar::RecipeData load(const std::string& data_dir) {
    if (!data_dir.empty()) search_.set_data_directory(data_dir);
    return telar::load_data(search_.base());
  }

  telar::SearchFile search_;
  telar::RecipeData data_;
};

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("A search alone");
  std::string file, sampler = "tpe", data_dir, point, written;
  double seconds = 60;
  int eta = 3, threads = 0;
  std::uint64_t seed = 0;
  bool serve = false;
  app.add_option("SEARCH", file)->required();
  app.add_option("--seconds", seconds);
  app.add_option("--sampler", sampler)->check(CLI::IsMember({"tpe", "quasi_random", "random"}));
  app.add_option("--eta", eta);
  app.add_option("--threads", threads);
  app.add_option("--seed", seed);
  app.add_option("--data-dir", data_dir);
  app.add_option("--score", point, "Only train this point (JSON) in full, with --seed");
  app.add_flag("--serve", serve);
  app.add_option("--write-data", written, "Only write the samples to this archive");
  CLI11_PARSE(app, argc, argv);

  const Bench bench(file, data_dir);
  if (serve) {
    bench.serve();
  } else if (!written.empty()) {
    bench.write_data(written);
  } else if (!point.empty()) {
    bench.score(Json::parse(point), seed);
  } else {
    telar::TuneOptions options;
    options.seconds = seconds;
    options.sampler = sampler == "tpe"      ? telar::TuneOptions::Sampler::tpe
                      : sampler == "random" ? telar::TuneOptions::Sampler::random
                                            : telar::TuneOptions::Sampler::quasi_random;
    options.eta = eta;
    options.workers = threads;
    options.seed = seed;
    bench.search(options);
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
